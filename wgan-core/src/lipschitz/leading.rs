//! The largest singular value of a weight.

use burn::tensor::{Tensor, TensorData};
use faer::Mat;
use faer::linalg::solvers::Svd;

/// Largest singular value of a matrix with its vectors, `W v = σ u`.
pub(super) struct Leading {
    /// Left vector, `[r, 1]`.
    pub(super) u: Tensor<2>,
    /// The value `σ`.
    pub(super) sigma: f32,
    /// Right vector, `[c, 1]`.
    pub(super) v: Tensor<2>,
}

/// Steps between two looks at the residual.
const LOOK_EVERY: usize = 6;

/// Steps at most: values that are still apart then differ by less than a part in a thousand.
const MOST_STEPS: usize = 60;

/// `‖Wᵀu − σv‖ / σ` that ends the iteration; the error of `σ` is of the order of its square.
const RESIDUAL: f64 = 3e-3;

impl Leading {
    /// By Golub–Kahan–Lanczos bidiagonalisation with full orthogonalisation of `w: [r, c]`.
    ///
    /// The error falls with the square of the number of steps however close the next singular value is, where that of a
    /// power iteration falls with the number alone. None if an entry is not finite or all are zero.
    ///
    /// # References
    /// Golub, Kahan (1965), Calculating the singular values and pseudo-inverse of a matrix, section 3; Kuczyński,
    /// Woźniakowski (1992), Estimating the largest eigenvalue by the power and Lanczos algorithms with a random start.
    pub(super) fn of(w: &Tensor<2>) -> Option<Self> {
        let [rows, columns] = w.dims();
        let values: Vec<f32> = w.clone().into_data().iter::<f32>().collect();
        let w_dot = |x: &[f32]| -> Vec<f32> { values.chunks(columns).map(|w| dot(w, x)).collect() };
        let w_t_dot = |x: &[f32]| {
            let mut out = vec![0.0; columns];
            values.chunks(columns).zip(x).for_each(|(w, &x)| subtract(&mut out, -x, w));
            out
        };
        // In the row space, so that as many steps as there are singular values exhaust it; orthogonal to the leading
        // direction only by accident.
        let start = w_t_dot(&(0..rows).map(|i| 1.0 + i as f32 / rows as f32).collect::<Vec<_>>());

        let (mut us, mut vs) = (Vec::new(), vec![unit(start)?.0]);
        let (mut diagonal, mut above) = (Vec::new(), Vec::new());
        let limit = MOST_STEPS.min(rows.min(columns));
        loop {
            let last = vs.last()?;
            let Some((u, alpha)) = unit(orthogonal(w_dot(last), &us)) else { break };
            let next = orthogonal(w_t_dot(&u), &vs);
            us.push(u);
            diagonal.push(f64::from(alpha));
            let largest = diagonal.iter().copied().fold(0.0, f64::max);
            let (next, beta) = unit(next).unwrap_or((Vec::new(), 0.0));
            let k = us.len();
            let is_exhausted = k == limit || f64::from(beta) < 1e-6 * largest;
            if is_exhausted || k.is_multiple_of(LOOK_EVERY) {
                let (p, sigma, q) = small(&diagonal, &above)?;
                if is_exhausted || f64::from(beta) * p[k - 1].abs() < RESIDUAL * sigma {
                    let column = |vectors: &[Vec<f32>], weights: &[f64]| {
                        combined(vectors, weights, &w.device())
                    };
                    return Some(Self {
                        u: column(&us, &p),
                        sigma: sigma as f32,
                        v: column(&vs, &q),
                    });
                }
            }
            above.push(f64::from(beta));
            vs.push(next);
        }
        None
    }
}

/// Leading singular value, with its vectors, of the bidiagonal matrix.
fn small(diagonal: &[f64], above: &[f64]) -> Option<(Vec<f64>, f64, Vec<f64>)> {
    let k = diagonal.len();
    let b = Mat::from_fn(k, k, |i, j| match j.wrapping_sub(i) {
        0 => diagonal[i],
        1 => above[i],
        _ => 0.0,
    });
    let svd = Svd::new(b.as_ref()).ok()?;
    let column = |m: faer::MatRef<'_, f64>| (0..k).map(|i| m[(i, 0)]).collect();
    Some((column(svd.U()), svd.S()[0], column(svd.V())))
}

/// `Σᵢ weightsᵢ·vectorsᵢ` as a column.
fn combined(vectors: &[Vec<f32>], weights: &[f64], device: &burn::tensor::Device) -> Tensor<2> {
    let n = vectors[0].len();
    let mut sum = vec![0.0; n];
    vectors.iter().zip(weights).for_each(|(x, &weight)| subtract(&mut sum, -weight as f32, x));
    Tensor::from_data(TensorData::new(sum, [n, 1]), device)
}

/// `x` without its parts along `basis`, taken off twice so that rounding leaves none.
fn orthogonal(mut x: Vec<f32>, basis: &[Vec<f32>]) -> Vec<f32> {
    for _ in 0..2 {
        for b in basis {
            let along = dot(b, &x);
            subtract(&mut x, along, b);
        }
    }
    x
}

/// `x / ‖x‖` and `‖x‖`; none for zero and for what is not finite.
fn unit(mut x: Vec<f32>) -> Option<(Vec<f32>, f32)> {
    let length = dot(&x, &x).sqrt();
    (length.is_finite() && length > 0.0).then(|| {
        x.iter_mut().for_each(|x| *x /= length);
        (x, length)
    })
}

/// `⟨a, b⟩`, in lanes that the compiler can keep in one register.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    const LANES: usize = 16;
    let mut sums = [0.0; LANES];
    let (a_chunks, b_chunks) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest: f32 = a_chunks.remainder().iter().zip(b_chunks.remainder()).map(|(a, b)| a * b).sum();
    for (a, b) in a_chunks.zip(b_chunks) {
        for lane in 0..LANES {
            sums[lane] += a[lane] * b[lane];
        }
    }
    sums.iter().sum::<f32>() + rest
}

/// `x − t·y`, in place.
fn subtract(x: &mut [f32], t: f32, y: &[f32]) {
    x.iter_mut().zip(y).for_each(|(x, y)| *x -= t * y);
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
            let leading = Leading::of(&w).unwrap();
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
        let q = super::super::bound::polar_factor(&random(n, n, 7)).unwrap();
        let mut scale = vec![1.0_f32; n];
        scale[n - 1] = 1.01;
        let scale = Tensor::<1>::from_data(TensorData::new(scale, [n]), &Device::flex());
        let sigma = Leading::of(&(q.clone() * scale.unsqueeze_dim::<2>(0))).unwrap().sigma;
        assert!((sigma - 1.01).abs() < 1e-4, "{sigma}");
        assert!((Leading::of(&q).unwrap().sigma - 1.0).abs() < 1e-5); // all equal: one step
    }

    #[test]
    fn zero_and_not_finite_have_none() {
        let device = Device::flex();
        assert!(Leading::of(&Tensor::zeros([3, 2], &device)).is_none());
        assert!(Leading::of(&Tensor::from_floats([[f32::NAN, 1.0]], &device)).is_none());
    }
}
