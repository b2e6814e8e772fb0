//! 100,000 candidates from a model of the compounds that ship, without and with checks.

use std::path::Path;

use burn::tensor::Device;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use wgan_materials::{
    CandidateStream, Checker, MaterialsConfig, MaterialsModel, ReadOptions, Sampler, Table,
};

const N: usize = 100_000;

fn sampling(c: &mut Criterion) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/data/compounds.csv");
    let device = Device::flex();
    let config = MaterialsConfig::new(5);
    let fitted = Table::read(&path, &ReadOptions::default())
        .and_then(|table| MaterialsModel::fit(&table, &config, None, (), &device));
    let Ok(model) = fitted else { unreachable!("the compounds that ship can be fitted") };
    let Ok(sampler) = model.sampler(&device) else { unreachable!("nothing is given") };
    let checker = Checker::new(&model.card().known);
    let n_chunks = N.div_ceil(Sampler::CHUNK) as u64;

    let mut group = c.benchmark_group("candidates");
    group.sample_size(10).throughput(Throughput::Elements(n_chunks * Sampler::CHUNK as u64));
    group.bench_function("drawn", |b| {
        b.iter(|| {
            let mut stream = CandidateStream::new(&sampler, 1, false);
            (0..n_chunks).filter_map(|_| stream.next_chunk().ok()).map(|c| c.len()).sum::<usize>()
        })
    });
    group.bench_function("drawn_and_checked", |b| {
        b.iter(|| {
            let mut stream = CandidateStream::new(&sampler, 1, false);
            let chunks = (0..n_chunks).filter_map(|_| stream.next_chunk().ok());
            chunks.map(|chunk| checker.check_all(chunk).len()).sum::<usize>()
        });
    });
    group.finish();
}

criterion_group!(benches, sampling);
criterion_main!(benches);
