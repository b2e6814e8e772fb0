//! A model directory or a checkpoint with a changed file is refused with the name of a file in it, or is a model that works.
#![no_main]

use std::error::Error;
use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use tempfile::TempDir;
use wgan_core::burn::tensor::Device;
use wgan_core::model::{GaussianPrior, MlpConfig, MlpCritic, MlpGenerator};
use wgan_core::ndarray::Array2;
use wgan_core::train::{Checkpoints, TrainConfig};
use wgan_core::{Fit, GradientPenalty, Wgan, tensor_of};
use wgan_fuzz::edited;
use wgan_materials::{
    CandidateStream, ConditionalRows, Crystals, MaterialsConfig, MaterialsModel, ReadOptions,
    RowConfig, Table,
};

type Used = Result<(), Box<dyn Error>>;

/// A directory that something was saved in, and how to use it.
struct Saved {
    folder: TempDir,
    files: Vec<(PathBuf, Vec<u8>)>,
    work: fn(&Saved) -> Used,
}

impl Saved {
    fn new(save: impl FnOnce(&Saved) -> Used, work: fn(&Saved) -> Used) -> Self {
        // In memory where the system has such a folder.
        let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
        let mut saved = Self { folder, files: Vec::new(), work };
        save(&saved).unwrap();
        let mut folders = vec![saved.folder.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                match path.is_dir() {
                    true => folders.push(path),
                    false => saved.files.push((path.clone(), fs::read(path).unwrap())),
                }
            }
        }
        saved.files.sort();
        saved
    }
}

/// A model of compositions, numbers and classes.
fn compounds() -> Saved {
    let save = |saved: &Saved| {
        let rows = ["NaCl,8.5,a", "KCl,8.4,a", "MgO,7.8,a", "CaO,,b", "TiO2,3.0,b", "SrTiO3,3.2,b"];
        let text = format!("formula,gap,class\n{}\n", rows.join("\n"));
        fit(&text, &["gap", "class"], saved)
    };
    Saved::new(save, use_model)
}

/// A model of crystals: the first ones of the example.
fn crystals() -> Saved {
    let save = |saved: &Saved| {
        let text = include_str!("../../examples/data/structures.csv");
        let rows: Vec<&str> = text.split("\nmp-").take(6).collect();
        fit(&format!("{}\n", rows.join("\nmp-")), &[], saved)
    };
    Saved::new(save, use_model)
}

fn fit(text: &str, conditions: &[&str], saved: &Saved) -> Used {
    let table = Table::from_bytes(text, &ReadOptions::default())?;
    let config = MaterialsConfig::new(1)
        .with_critic_width(4)
        .with_generator_width(4)
        .with_conditions(conditions.iter().map(|&name| name.to_owned()).collect());
    let model = MaterialsModel::fit(&table, &config, None, (), &Device::flex())?;
    Ok(model.save(saved.folder.path())?)
}

fn use_model(saved: &Saved) -> Used {
    let device = Device::flex();
    let model = MaterialsModel::load(saved.folder.path(), &device)?;
    let sampler = model.sampler(&device)?;
    let drawn = CandidateStream::new(&sampler, 0, false).next_chunk()?;
    if let Some(crystals) = Crystals::of(model.card())? {
        let _ = crystals.grown(drawn.into_iter().take(4).collect());
    }
    Ok(())
}

/// A model of rows without formulas.
fn rows() -> Saved {
    let save = |saved: &Saved| {
        let rows = (0..12).map(|i| format!("{},{},{}\n", i % 5, i * i, ["a", "b"][i % 2]));
        let text: String = std::iter::once("x,y,class\n".to_owned()).chain(rows).collect();
        let table = Table::from_bytes(text, &ReadOptions::default())?;
        let config = RowConfig::new(1).with_width(4).with_batch_size(8);
        let names = ["y".to_owned()];
        let model = ConditionalRows::fit(&table, &names, &config, None, (), &Device::flex())?;
        Ok(model.save(saved.folder.path())?)
    };
    let work = |saved: &Saved| {
        let device = Device::flex();
        let model = ConditionalRows::load(saved.folder.path(), &device)?;
        model.sample(4, 0)?;
        Ok(model.conditions().given().map(|_| ())?)
    };
    Saved::new(save, work)
}

/// A checkpoint of the training loop.
fn checkpoint() -> Saved {
    let work = |saved: &Saved| {
        let device = Device::flex();
        let mut rng = ChaCha8Rng::seed_from_u64(0);
        let data = tensor_of(Array2::<f64>::ones((4, 2)).view(), &device);
        let mlp = |d_in, d_out| MlpConfig::new(d_in, d_out).with_width(4).with_depth(1);
        let wgan = Wgan::new(
            MlpCritic::new(&mlp(2, 1), &mut rng, &device)?,
            MlpGenerator::new(&mlp(2, 2), &mut rng, &device)?,
            GradientPenalty::one_sided(1.0),
            &TrainConfig::new(4, 1),
        );
        let prior = GaussianPrior { dim: 2 };
        let fit = Fit::new(&data, &prior, &device, 7)?;
        fit.with_checkpoints(Checkpoints::new(saved.folder.path(), 1)).run(wgan)?;
        Ok(())
    };
    Saved::new(work, work)
}

static SAVED: LazyLock<Vec<Saved>> =
    LazyLock::new(|| vec![compounds(), crystals(), rows(), checkpoint()]);

fuzz_target!(|input: &[u8]| {
    let [which, file, change @ ..] = input else { return };
    let saved = &SAVED[usize::from(*which) % SAVED.len()];
    let (path, original) = &saved.files[usize::from(*file) % saved.files.len()];
    fs::write(path, edited(original, change)).unwrap();
    if let Err(error) = (saved.work)(saved) {
        let message = error.to_string();
        let folder = saved.folder.path().to_str().unwrap();
        assert!(message.contains(folder), "{}: {message}", path.display());
    }
    fs::write(path, original).unwrap();
});
