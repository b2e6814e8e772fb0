//! Generators of samples for given conditions.

mod concat;
mod film;
mod latent;

pub use concat::ConcatGenerator;
pub use film::FilmGenerator;
pub use latent::{ConditionalLatent, ConditionalPrior};
