//! Generator that is told the condition by its first inputs.

use burn::module::{Module, ModuleDisplay};
use burn::tensor::Tensor;
use wgan_core::Generator;

use super::ConditionalLatent;
use crate::Labelled;

/// `x = G(y, z)` with any generator that starts from rows: coded condition, `[n, m]`, and noise,
/// `[n, k]`, side by side.
#[derive(Module, Debug)]
pub struct ConcatGenerator<G> {
    /// Makes samples of rows `[n, m + k]`.
    pub generator: G,
}

impl<G> Generator for ConcatGenerator<G>
where
    G: Generator<Latent = Tensor<2>, Sample = Tensor<2>> + ModuleDisplay,
{
    type Latent = ConditionalLatent;
    type Sample = Labelled;

    fn generate(&self, latent: &ConditionalLatent) -> Labelled {
        let input = Tensor::cat(vec![latent.y.clone(), latent.z.clone()], 1); // [n, m + k]
        Labelled { x: self.generator.generate(&input), y: latent.shown.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Device;

    /// Gives back what it starts from.
    #[derive(Module, Debug)]
    struct Echo {}

    impl Generator for Echo {
        type Latent = Tensor<2>;
        type Sample = Tensor<2>;

        fn generate(&self, z: &Tensor<2>) -> Tensor<2> {
            z.clone()
        }
    }

    #[test]
    fn the_condition_comes_first_and_the_shown_one_goes_on() {
        let row = |values: [f32; 2]| Tensor::<2>::from_floats([values], &Device::flex());
        let shown = row([0.0, 1.0]);
        let latent = ConditionalLatent { z: row([5.0, 6.0]), y: row([1.0, 0.0]), shown };
        let made = ConcatGenerator { generator: Echo {} }.generate(&latent);
        let values = |x: Tensor<2>| x.into_data().iter::<f32>().collect::<Vec<_>>();
        assert_eq!(values(made.x), [1.0, 0.0, 5.0, 6.0]);
        assert_eq!(values(made.y), [0.0, 1.0]);
    }
}
