//! Smooth exploration: between two materials, and uphill on the critic.

use burn::module::Module;
use burn::tensor::{Tensor, TensorData};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use wgan_core::model::Batch;
use wgan_core::{Critic, Generator};

use super::alphabet::Slots;
use super::data::amounts_tensor;
use super::{Candidate, MaterialsLatent, Sampler};
use crate::composition::Composition;
use crate::error::MaterialsError;

/// Normal parts that are tried for each material; the likeliest is taken.
const N_TRIED: usize = 64;

impl Sampler {
    /// Candidates on the way from one material to another, `n ≥ 2` of them, the ends included.
    ///
    /// Each end is a latent that gives the material: amounts, normal numbers and Gumbel noise. Between them, at `t` from 0 to 1,
    /// normal numbers turn, `cos(tπ/2)·z + sin(tπ/2)·z′`, and Gumbel noise is `max(g + ln(1 − t), g′ + ln t)`; both keep the law
    /// of the latents, so every step is a draw of the model. The amounts are those of the nearer end.
    ///
    /// # Errors
    /// An element that no known material has, more elements than any has, or, in a model with conditions, an end that
    /// is not known.
    pub fn walk(
        &self,
        from: &Composition,
        to: &Composition,
        n: usize,
        seed: u64,
    ) -> Result<Vec<Candidate>, MaterialsError> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let (start, end) = (self.latent_of(from, &mut rng)?, self.latent_of(to, &mut rng)?);
        let positions = (0..n).map(|i| i as f64 / (n.max(2) - 1) as f64);
        positions.map(|t| self.candidate(&between(&start, &end, t))).collect()
    }

    /// The candidates met on the way uphill on the critic, `f(G(z))` by its gradient in `z`, from the latent of a material.
    ///
    /// Each step goes by `rate` along the gradient on the sphere `‖z‖` of the start, so `z` stays where the prior has its mass.
    ///
    /// # Errors
    /// As [`walk`](Self::walk).
    pub fn climb(
        &self,
        from: &Composition,
        n_steps: usize,
        rate: f64,
        seed: u64,
    ) -> Result<Vec<Candidate>, MaterialsError> {
        let mut point = self.latent_of(from, &mut ChaCha8Rng::seed_from_u64(seed))?;
        let (generator, critic) = (self.generator.clone().train(), self.critic.clone().train());
        let mut met = vec![self.candidate(&point)?];
        for _ in 0..n_steps {
            let latent = &mut point.latent;
            let z = latent.z.clone().autodiff().require_grad();
            let numbers = latent.z_property.clone().autodiff().require_grad();
            let tracked =
                MaterialsLatent { z: z.clone(), z_property: numbers.clone(), ..latent.clone() };
            let score = critic.score(&generator.generate(&tracked)).sum();
            let gradients = score.backward();
            latent.z = uphill(&latent.z, z.grad(&gradients), rate);
            latent.z_property = uphill(&latent.z_property, numbers.grad(&gradients), rate);
            met.push(self.candidate(&point)?);
        }
        Ok(met)
    }

    fn candidate(&self, point: &Point) -> Result<Candidate, MaterialsError> {
        let patterns = std::slice::from_ref(&point.pattern);
        self.candidates_of(&point.latent, patterns)?.pop().ok_or_else(|| {
            wgan_core::WganError::TooFew { at: "latent", what: "numbers", expected: 1, got: 0 }
                .into()
        })
    }

    /// A latent that gives this material.
    fn latent_of(
        &self,
        composition: &Composition,
        rng: &mut ChaCha8Rng,
    ) -> Result<Point, MaterialsError> {
        let slots = self.slots_of(composition)?;
        let row = self.known.iter().position(|known| known == composition);
        let given = match (self.given.width(), row) {
            (0, _) => None,
            (_, Some(row)) => self.given.codes(&vec![row; N_TRIED], &self.device),
            (_, None) => {
                let reason = "a model with conditions starts from known materials only".to_owned();
                return Err(MaterialsError::NoCondition { name: composition.to_string(), reason });
            }
        };
        let wanted = vec![slots.clone(); N_TRIED];
        let rows = wanted.iter().map(Vec::as_slice);
        let amounts = amounts_tensor(rows, self.alphabet.n_slots(), &self.device);
        let tried = self.prior.latent(amounts, given, rng, &self.device);
        let likelihood = self.generator.log_likelihood(&tried, &wanted);
        let best = (0..N_TRIED).max_by(|&a, &b| likelihood[a].total_cmp(&likelihood[b]));
        let best = best.unwrap_or(0);
        let mut latent = tried.part(best..best + 1);
        latent.gumbel = self.generator.noise_for(&latent, std::slice::from_ref(&slots), rng);
        Ok(Point { latent, pattern: slots })
    }
}

/// A single latent with its pattern of amounts.
struct Point {
    latent: MaterialsLatent,
    pattern: Slots,
}

/// The point at `t` between two.
fn between(from: &Point, to: &Point, t: f64) -> Point {
    let (start, end) = (&from.latent, &to.latent);
    let angle = t * std::f64::consts::FRAC_PI_2;
    let (cos, sin) = (angle.cos() as f32, angle.sin() as f32);
    let turned = |a: &Tensor<2>, b: &Tensor<2>| a.clone() * cos + b.clone() * sin;
    // ln 0 shall not make 0 · ∞: a very small share stands for none.
    let (left, right) = ((1.0 - t).max(1e-30).ln() as f32, t.max(1e-30).ln() as f32);
    let nearer = if t < 0.5 { from } else { to };
    let class = match (&start.gumbel_class, &end.gumbel_class) {
        (Some(a), Some(b)) => Some((a.clone() + left).max_pair(b.clone() + right)),
        _ => None,
    };
    let latent = MaterialsLatent {
        z: turned(&start.z, &end.z),
        z_property: turned(&start.z_property, &end.z_property),
        gumbel: (start.gumbel.clone() + left).max_pair(end.gumbel.clone() + right),
        gumbel_class: class,
        ..nearer.latent.clone()
    };
    Point { latent, pattern: nearer.pattern.clone() }
}

/// A step of length `rate` along the gradient, back on the sphere of the start.
fn uphill(z: &Tensor<2>, gradient: Option<Tensor<2>>, rate: f64) -> Tensor<2> {
    let values = |tensor: Tensor<2>| -> Vec<f64> {
        tensor.into_data().iter::<f32>().map(f64::from).collect()
    };
    let norm = |values: &[f64]| values.iter().map(|v| v * v).sum::<f64>().sqrt();
    let from = values(z.clone());
    let gradient = gradient.map(values).unwrap_or_default();
    let (radius, length) = (norm(&from), norm(&gradient));
    if length == 0.0 || !length.is_finite() {
        return z.clone();
    }
    let moved: Vec<f64> = from.iter().zip(&gradient).map(|(z, g)| z + rate * g / length).collect();
    let scale = radius / norm(&moved).max(f64::MIN_POSITIVE);
    let moved: Vec<f32> = moved.into_iter().map(|v| (v * scale) as f32).collect();
    Tensor::from_data(TensorData::new(moved, z.dims()), &z.device())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{MaterialsConfig, MaterialsModel};
    use crate::table::{Column, Table};
    use burn::tensor::Device;

    fn sampler() -> Sampler {
        let read = |formula: &str| Composition::parse(formula).unwrap();
        let formulas = ["NaCl", "KCl", "LiF", "MgO", "CaO", "TiO2", "ZrO2", "CaTiO3", "BaTiO3"];
        let known = formulas.map(read).to_vec();
        let gap = (0..9).map(|i| Some(f64::from(i))).collect();
        let phase: Vec<Option<&str>> = (0..9).map(|i| Some(["a", "b"][i % 2])).collect();
        let columns = vec![Column::numbers("gap", gap), Column::classes("phase", &phase)];
        let table = Table::from_columns(Some(known.into()), columns).unwrap();
        let config = MaterialsConfig::new(60);
        let device = Device::flex();
        MaterialsModel::fit(&table, &config, None, (), &device).unwrap().sampler(&device).unwrap()
    }

    #[test]
    fn a_walk_starts_and_ends_at_the_materials() {
        let sampler = sampler();
        let read = |formula: &str| Composition::parse(formula).unwrap();
        // The second one is not known, but could be made.
        let path = sampler.walk(&read("BaTiO3"), &read("KF"), 7, 3).unwrap();
        assert_eq!(path.len(), 7);
        assert_eq!(path[0].composition, read("BaTiO3"));
        assert_eq!(path[6].composition, read("KF"));
        assert!(path[..3].iter().all(|found| found.composition.n_elements() == 3));
        let again = sampler.walk(&read("BaTiO3"), &read("KF"), 7, 3).unwrap();
        assert_eq!(path, again);
        let message = sampler.walk(&read("UO2"), &read("KF"), 7, 3).unwrap_err().to_string();
        assert!(message.contains("that no known material has"), "{message}");
    }

    #[test]
    fn climbing_raises_the_score() {
        let sampler = sampler();
        let start = Composition::parse("CaTiO3").unwrap();
        // Scores are of whole elements and snapped numbers, so a latent may climb without a change to be seen.
        let raised = |seed: &u64| {
            let met = sampler.climb(&start, 40, 1.0, *seed).unwrap();
            assert_eq!((met.len(), &met[0].composition), (41, &start));
            met.iter().any(|found| found.critic_score > met[0].critic_score)
        };
        assert!((0..8).any(|seed| raised(&seed)));
    }
}
