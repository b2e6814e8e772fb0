//! The long steps of `generate`, on the compounds that ship: training, the order of candidates, their evaluation.

use std::hint::black_box;
use std::path::Path;

use burn::tensor::Device;
use criterion::{Criterion, criterion_group, criterion_main};
use wgan_materials::{
    CandidateStream, MaterialsConfig, MaterialsModel, Ranker, ReadOptions, Table, candidate_table,
    evaluate_asked,
};

/// Steps of one training, so few that a round takes about a second.
const N_STEPS: usize = 20;

fn long_steps(c: &mut Criterion) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/data/compounds.csv");
    let device = Device::flex();
    let config = MaterialsConfig::new(N_STEPS);
    let Ok(table) = Table::read(&path, &ReadOptions::default()) else {
        unreachable!("the compounds that ship can be read")
    };
    let fit = || MaterialsModel::fit(&table, &config, None, (), &device);
    let known = table.materials();

    let mut group = c.benchmark_group("generate");
    group.sample_size(10);
    group.bench_function("training_20_steps", |b| b.iter(|| fit().map(|model| model.history)));
    group.bench_function("order_learnt", |b| b.iter(|| black_box(Ranker::fit(&known, 0).is_ok())));
    let Ok(ranker) = Ranker::fit(&known, 0) else { unreachable!("the compounds differ") };
    group.bench_function("ranked_1000", |b| b.iter(|| ranker.propose(1000, &[]).len()));
    let drawn = fit().and_then(|model| {
        let sampler = model.sampler(&device)?;
        let drawn = CandidateStream::new(&sampler, 1, false).next_chunk()?;
        let checker = wgan_materials::Checker::new(&model.card().known);
        candidate_table(&checker.check_all(drawn), model.card().space.specs())
    });
    let Ok(drawn) = drawn else { unreachable!("a fitted model draws") };
    group.bench_function("evaluated_1024", |b| {
        let reference = table.material_rows();
        b.iter(|| evaluate_asked(&reference, &reference, &drawn.material_rows(), 0).n);
    });
    group.finish();
}

criterion_group!(benches, long_steps);
criterion_main!(benches);
