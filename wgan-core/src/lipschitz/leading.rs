//! The largest singular value of a weight.

use burn::tensor::{Device, Tensor, TensorData};
use faer::linalg::solvers::Svd;
use faer::{Col, ColRef, Mat, MatRef};

/// Largest singular value of a matrix with its vectors, `W v = σ u`.
pub(super) struct Leading {
    /// Left vector, `[r, 1]`.
    pub(super) u: Tensor<2>,
    /// The value `σ`.
    pub(super) sigma: f32,
    /// Right vector, `[c, 1]`.
    pub(super) v: Tensor<2>,
}

/// Steps before the first look at the residual; each later one comes after twice as many, since a look costs more than a
/// step.
const FIRST_LOOK: usize = 8;

/// Steps at most. The largest values are then so close that the one found is theirs to about the square of
/// `ln(n) / (2 · steps)`, a part in a thousand for 100 rows.
const MAX_STEPS: usize = 64;

impl Leading {
    /// By Golub–Kahan–Lanczos bidiagonalisation of `w: [r, c]` with full orthogonalisation, until
    /// `‖Wᵀu − σv‖ < residual·σ`; the relative error of `σ` is of the order of `residual²`.
    ///
    /// The error falls with the square of the number of steps however close the next singular value is, where that of a
    /// power iteration falls with the number alone. None if an entry is not finite or all are zero.
    ///
    /// # References
    /// Golub, Kahan (1965), Calculating the singular values and pseudo-inverse of a matrix, section 3; Kuczyński,
    /// Woźniakowski (1992), Estimating the largest eigenvalue by the power and Lanczos algorithms with a random start.
    pub(super) fn of(w: &Tensor<2>, residual: f64) -> Option<Self> {
        let [rows, columns] = w.dims();
        let data = w.clone().into_data();
        let w_ref = MatRef::from_row_major_slice(data.as_slice::<f32>().ok()?, rows, columns);
        let limit = MAX_STEPS.min(rows.min(columns));
        let (mut us, mut vs) = (Mat::zeros(rows, limit), Mat::zeros(columns, limit));
        let (mut diagonal, mut above) = (Vec::new(), Vec::new());
        // In the row space, so that as many steps as there are singular values exhaust it; orthogonal to the leading
        // direction only by accident.
        let start = Col::from_fn(rows, |i| 1.0 + i as f32 / rows as f32);
        let (mut next, _) = unit(w_ref.transpose() * start)?;
        for k in 1..=limit {
            vs.col_mut(k - 1).copy_from(&next);
            let (u, alpha) = unit(orthogonal(w_ref * &next, us.subcols(0, k - 1)))?;
            us.col_mut(k - 1).copy_from(&u);
            diagonal.push(f64::from(alpha));
            let image = orthogonal(w_ref.transpose() * u, vs.subcols(0, k));
            let beta = f64::from(image.norm_l2());
            let is_exhausted = k == limit || beta < 1e-6 * f64::from(alpha);
            if is_exhausted || (k >= FIRST_LOOK && k.is_power_of_two()) {
                let (p, sigma, q) = small(&diagonal, &above)?;
                if is_exhausted || beta * f64::from(p[k - 1].abs()) < residual * sigma {
                    let column = |x: Col<f32>| column(x.as_ref(), &w.device());
                    let (u, v) = (us.subcols(0, k) * p, vs.subcols(0, k) * q);
                    return Some(Self { u: column(u), sigma: sigma as f32, v: column(v) });
                }
            }
            above.push(beta);
            next = unit(image)?.0;
        }
        None
    }
}

/// Leading singular value, with its vectors, of the bidiagonal matrix.
fn small(diagonal: &[f64], above: &[f64]) -> Option<(Col<f32>, f64, Col<f32>)> {
    let k = diagonal.len();
    let b = Mat::from_fn(k, k, |i, j| match j.wrapping_sub(i) {
        0 => diagonal[i],
        1 => above[i],
        _ => 0.0,
    });
    let svd = Svd::new(b.as_ref()).ok()?;
    let first = |m: MatRef<'_, f64>| Col::from_fn(k, |i| m[(i, 0)] as f32);
    Some((first(svd.U()), svd.S()[0], first(svd.V())))
}

/// `x` without its parts along the columns of `basis`, taken off twice so that rounding leaves none.
fn orthogonal(mut x: Col<f32>, basis: MatRef<'_, f32>) -> Col<f32> {
    for _ in 0..2 {
        let along = basis.transpose() * &x;
        x -= basis * along;
    }
    x
}

/// `x / ‖x‖` and `‖x‖`; none for zero and for what is not finite.
fn unit(x: Col<f32>) -> Option<(Col<f32>, f32)> {
    let length = x.norm_l2();
    (length.is_finite() && length > 0.0).then(|| (x * faer::Scale(length.recip()), length))
}

fn column(x: ColRef<'_, f32>, device: &Device) -> Tensor<2> {
    let values: Vec<f32> = x.iter().copied().collect();
    let n = values.len();
    Tensor::from_data(TensorData::new(values, [n, 1]), device)
}

#[cfg(test)]
mod tests {
    use super::super::singular_values;
    use super::*;
    use burn::tensor::Device;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    fn random(rows: usize, columns: usize, seed: u64) -> Tensor<2> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let values: Vec<f32> = (0..rows * columns).map(|_| rng.random_range(-1.0..=1.0)).collect();
        Tensor::from_data(TensorData::new(values, [rows, columns]), &Device::flex())
    }

    #[test]
    fn it_is_the_first_of_all_singular_values() {
        for (rows, columns) in [(2, 64), (64, 64), (64, 1), (200, 132), (1, 1)] {
            let w = random(rows, columns, 5);
            let leading = Leading::of(&w, 1e-3).unwrap();
            let exact = singular_values(&w).unwrap()[0] as f32;
            let error = leading.sigma / exact - 1.0;
            assert!(error.abs() < 1e-4, "[{rows}, {columns}]: {error}");
            let along: f32 = leading.u.transpose().matmul(w).matmul(leading.v).into_scalar();
            assert!((along / exact - 1.0).abs() < 1e-4, "[{rows}, {columns}]: {along}");
        }
    }

    #[test]
    fn values_that_crowd_below_the_largest_do_not_hide_it() {
        // Q diag(1.01, 1, 1, …, 1): twelve power iterations end nearer to 1 than to 1.01.
        let n = 64;
        let q = crate::network::polar_factor(&random(n, n, 7)).unwrap();
        let mut scale = vec![1.0_f32; n];
        scale[n - 1] = 1.01;
        let scale = Tensor::<1>::from_data(TensorData::new(scale, [n]), &Device::flex());
        let sigma = Leading::of(&(q.clone() * scale.unsqueeze_dim::<2>(0)), 1e-3).unwrap().sigma;
        assert!((sigma - 1.01).abs() < 1e-4, "{sigma}");
        assert!((Leading::of(&q, 1e-3).unwrap().sigma - 1.0).abs() < 1e-5); // all equal: one step
    }

    #[test]
    fn zero_and_not_finite_have_none() {
        let device = Device::flex();
        assert!(Leading::of(&Tensor::zeros([3, 2], &device), 1e-3).is_none());
        assert!(Leading::of(&Tensor::from_floats([[f32::NAN, 1.0]], &device), 1e-3).is_none());
    }
}
