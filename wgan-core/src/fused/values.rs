//! The numbers of tensors.

use burn::tensor::Tensor;

/// The values of a tensor that has others sharing its memory, in order; none if they are not `f32`.
///
/// A product with 1 is one pass over the values, to the bit; `into_data` of shared memory copies it up to three times, to
/// bytes, to their alignment and to numbers.
pub fn copied<const D: usize>(tensor: Tensor<D>) -> Option<Vec<f32>> {
    (tensor * 1.0).into_data().try_into_vec().ok()
}
