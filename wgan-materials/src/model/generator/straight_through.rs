//! One-hot draws whose gradient is that of the softmax (Bengio, Léonard, Courville 2013).

/// Place of the largest entry, the first of equal ones.
pub(super) fn argmax(logits: &[f32]) -> usize {
    let better = |best: usize, i: usize| if logits[i] > logits[best] { i } else { best };
    (1..logits.len()).fold(0, better)
}

/// The softmax of the logits, in their place.
pub(super) fn softmax(logits: &mut [f32]) {
    let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut total = 0.0;
    for logit in logits.iter_mut() {
        *logit = (*logit - largest).exp();
        total += *logit;
    }
    logits.iter_mut().for_each(|logit| *logit /= total);
}

/// The gradient in the logits from that in their softmax, in its place: `s ⊙ (g − ⟨g, s⟩)`.
pub(super) fn pull_softmax(soft: &[f32], g: &mut [f32]) {
    let mean: f32 = soft.iter().zip(g.iter()).map(|(s, g)| s * g).sum();
    g.iter_mut().zip(soft).for_each(|(g, s)| *g = s * (*g - mean));
}
