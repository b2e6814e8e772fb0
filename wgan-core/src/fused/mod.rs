//! Training steps of perceptrons on the processor, without a tape.
//!
//! For a chain of linear layers and piecewise-linear activations every gradient a training step needs is a handful of
//! matrix products that can be written down: one sweep forward, one back, and for a penalised slope one more forward.
//! Written out they need no tape, run on both halves of a batch at once, and leave out the products whose result nobody
//! asks for. They equal the tracked computation up to rounding. Which engine ran is part of the figures of a step and of
//! the outcome of a run.

mod buffers;
mod critic;
mod gaps;
mod generator;
mod gradients;
mod linear_values;
mod network;
#[cfg(test)]
mod oracle;
mod outer_product;
mod panels;
mod perceptron;
mod product;
mod pull_back;
mod rows;
mod tile;
mod values;
mod vectors;

pub use linear_values::LinearValues;
pub use network::{Network, Pass, Share};
pub use pull_back::pull_back;
pub use values::copied;

pub(crate) use buffers::put_back;
pub(crate) use critic::critic_gradients;
pub(crate) use generator::{generate, generator_gradients};

use burn::tensor::Device;

/// Whether tensors of `device` lie in the memory of this process.
pub(crate) fn is_host(device: &Device) -> bool {
    #[cfg(feature = "flex")]
    {
        *device == Device::flex()
    }
    #[cfg(not(feature = "flex"))]
    {
        let _ = device;
        false
    }
}
