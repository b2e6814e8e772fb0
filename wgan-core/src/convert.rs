//! Between training (`f32` tensors) and judging (`f64` arrays).

use burn::tensor::{Device, Tensor, TensorData};
use ndarray::{Array2, ArrayView2};

/// The rows of a table as a tensor on `device`, rounded to single precision.
///
/// # Shapes
/// - `points`, returns: `[n, d]`
pub fn tensor_of(points: ArrayView2<'_, f64>, device: &Device) -> Tensor<2> {
    let (n, d) = points.dim();
    let values: Vec<f32> = points.iter().map(|&value| value as f32).collect();
    Tensor::from_data(TensorData::new(values, [n, d]), device)
}

/// The rows of a tensor as a table, exactly.
///
/// # Shapes
/// - `tensor`, returns: `[n, d]`
pub fn points_of(tensor: &Tensor<2>) -> Array2<f64> {
    let [n, d] = tensor.dims();
    let values: Vec<f64> = tensor.clone().into_data().iter::<f32>().map(f64::from).collect();
    Array2::from_shape_fn((n, d), |(i, j)| values[i * d + j])
}

/// The values of a tensor, exactly.
pub(crate) fn values_of(tensor: Tensor<1>) -> Vec<f64> {
    tensor.into_data().iter::<f32>().map(f64::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn there_and_back_keeps_single_precision_numbers() {
        let points = array![[1.0, -2.5], [0.125, 1e20_f32.into()]];
        let there = tensor_of(points.t(), &Device::flex());
        assert_eq!(there.dims(), [2, 2]);
        assert_eq!(points_of(&there), points.t());
    }
}
