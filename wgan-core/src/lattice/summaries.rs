//! Summaries of spin configurations, for critics that see laws rather than sites.

use burn::module::{Module, ModuleDisplay};
use burn::tensor::Tensor;

use crate::error::WganError;
use crate::model::Generator;

/// Per-spin summaries of configurations on a torus, `[n, L²] → [n, 4]`, standardised on data.
///
/// Energy `−(1/L²)·Σ s s′` over neighbouring pairs, `|m| = |Σ s|/L²`, and the correlations `(1/L²)·Σ s s′` of sites 2 and 4
/// apart along the axes, over both axes; each minus its mean over the data and divided by its standard deviation there. All are tracked tensor
/// operations: a generator of spins is trained through them.
#[derive(Module, Debug)]
pub struct LatticeSummaries {
    mean: Tensor<2>,
    deviation: Tensor<2>,
}

impl LatticeSummaries {
    /// Number of summaries.
    pub const WIDTH: usize = 4;

    /// Mean and standard deviation over the configurations `[n, L²]`.
    ///
    /// # Shapes
    /// - `spins`: `[n, L²]`
    ///
    /// # Errors
    /// [`WganError::Shape`] unless the lattice is a square of at least 5 sites a side, [`WganError::Config`] if a summary
    /// is the same in all configurations.
    pub fn fit(spins: &Tensor<2>) -> Result<Self, WganError> {
        let [n, sites] = spins.dims();
        let side = sites.isqrt();
        if side * side != sites || side < 5 {
            let expected = vec![n, side.max(5) * side.max(5)];
            return Err(WganError::Shape {
                at: "spins of a square",
                expected,
                got: vec![n, sites],
            });
        }
        let rows = Self::per_spin(spins);
        let mean = rows.clone().mean_dim(0);
        let deviation = (rows - mean.clone()).square().mean_dim(0).sqrt();
        let least = deviation.clone().min().into_scalar::<f32>();
        // The mean of equal numbers is off by the last digit of single precision.
        if !(least > 1e-5 && least.is_finite()) {
            let expected = "configurations that differ in every summary";
            return Err(WganError::config("spins", expected, format!("deviation {least}")));
        }
        Ok(Self { mean, deviation })
    }

    /// The summaries as they are, `L` at least 5.
    ///
    /// # Shapes
    /// - `spins`: `[n, L²]`
    /// - returns: `[n, 4]`
    pub fn per_spin(spins: &Tensor<2>) -> Tensor<2> {
        let [n, sites] = spins.dims();
        let side = sites.isqrt();
        let s = spins.clone().reshape([n, 1, side, side]);
        let mean = |x: Tensor<4>| x.reshape([n, sites]).mean_dim(1); // [n, 1]
        let pairs = |apart| mean(s.clone() * (shifted(&s, 2, apart) + shifted(&s, 3, apart)));
        Tensor::cat(vec![pairs(1).neg(), mean(s.clone()).abs(), pairs(2), pairs(4)], 1)
    }

    /// Standardised summaries.
    ///
    /// # Shapes
    /// - `spins`: `[n, L²]`
    /// - returns: `[n, 4]`
    pub fn apply(&self, spins: &Tensor<2>) -> Tensor<2> {
        (Self::per_spin(spins) - self.mean.clone()) / self.deviation.clone()
    }
}

/// The lattice moved along one axis.
fn shifted(s: &Tensor<4>, dim: usize, by: usize) -> Tensor<4> {
    let side = s.dims()[dim];
    let part = |start, length| s.clone().narrow(dim, start, length);
    Tensor::cat(vec![part(by, side - by), part(0, by)], dim)
}

/// A generator of configurations whose critics see their summaries.
#[derive(Module, Debug)]
pub struct Summarised<G> {
    /// Makes the configurations, `[n, L²]`.
    pub generator: G,
    /// What is seen of them.
    pub summaries: LatticeSummaries,
}

impl<G> Generator for Summarised<G>
where
    G: Generator<Sample = Tensor<2>> + ModuleDisplay,
{
    type Latent = G::Latent;
    type Sample = Tensor<2>;

    fn generate(&self, z: &G::Latent) -> Tensor<2> {
        self.summaries.apply(&self.generator.generate(z))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::convert::points_of;
    use burn::tensor::Device;

    fn spins(side: usize, spin: impl Fn(usize, usize) -> f32) -> Tensor<2> {
        let values: Vec<f32> = (0..side * side).map(|k| spin(k / side, k % side)).collect();
        Tensor::<1>::from_floats(values.as_slice(), &Device::flex()).reshape([1, -1])
    }

    fn checked(i: usize, j: usize) -> f32 {
        if (i + j).is_multiple_of(2) { 1.0 } else { -1.0 }
    }

    #[test]
    fn order_and_its_opposite_have_known_summaries() {
        let of = |x: &Tensor<2>| points_of(&LatticeSummaries::per_spin(x)).row(0).to_vec();
        assert_eq!(of(&spins(8, |_, _| -1.0)), [-2.0, 1.0, 2.0, 2.0]);
        assert_eq!(of(&spins(8, checked)), [2.0, 0.0, 2.0, 2.0]);
        // Stripes two sites wide: along one axis all equal; across, sites 1 apart as often equal as not.
        let stripes = spins(8, |i, _| if i % 4 < 2 { 1.0 } else { -1.0 });
        assert_eq!(of(&stripes), [-1.0, 0.0, 0.0, 2.0]);
    }

    #[test]
    fn the_data_themselves_have_mean_zero_and_deviation_one() {
        let wave = |i: usize, j: usize| if (3 * i + j * j) % 7 < 4 { 1.0 } else { -1.0 };
        let parts = vec![spins(8, |_, _| 1.0), spins(8, checked), spins(8, wave)];
        let data = Tensor::cat(parts, 0);
        let rows = points_of(&LatticeSummaries::fit(&data).unwrap().apply(&data));
        for column in rows.columns() {
            assert!(column.sum().abs() < 1e-5);
            assert!((column.mapv(|x| x * x).sum() - 3.0).abs() < 1e-4);
        }
    }

    #[test]
    fn what_cannot_be_standardised_is_refused() {
        let message = |x: Tensor<2>| LatticeSummaries::fit(&x).unwrap_err().to_string();
        let expected = "spins: expected configurations that differ in every summary, got deviation";
        for side in [6, 8] {
            let one = spins(side, |i, j| if i * j % 5 == 1 { -1.0 } else { 1.0 });
            let same = message(one.repeat_dim(0, 7));
            assert!(same.starts_with(expected), "{same}");
        }
        let odd = Tensor::<2>::ones([2, 60], &Device::flex());
        assert_eq!(message(odd), "spins of a square: expected shape [2, 49], got [2, 60]");
    }
}
