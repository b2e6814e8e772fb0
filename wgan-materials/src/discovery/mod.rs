//! Candidates that turn out to exist: proposals, learnt votes, an order that is validated, rediscovery.
//!
//! Candidates are proposed from known compounds (swaps of elements, fillings of patterns, moves on amounts, new
//! patterns) and from outside ([`Proposal`]). [`Ranker`] orders them by what hiding parts of the table has taught it.
//! [`rediscovery`] counts how many hidden compounds a list finds, beside a list of element substitutions.

mod amounts;
mod compound;
mod features;
mod folds;
mod holes;
mod learner;
mod learnt;
mod library;
mod proposals;
mod ranker;
mod rates;
mod rediscovery;
mod rehearsal;
mod similarity;
mod slots;
mod substitution;

pub use folds::{HiddenFold, hidden_by_value, hidden_folds};
pub use learnt::ReliabilityBin;
pub use proposals::{Proposal, Source};
pub use ranker::{Ranked, Ranker};
pub use rediscovery::{Hits, Reachable, Rediscovery, rediscovery};
pub use similarity::element_similarity;
pub use substitution::substitution_list;
