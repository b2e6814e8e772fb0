//! tmp
use std::time::Instant;
use burn::tensor::Device;
use rand::seq::SliceRandom;
use rand::SeedableRng;
use wgan_cond::Given;
use wgan_materials::*;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().collect();
    let (path, label, seed): (&str, &str, u64) = (&args[1], &args[2], args[3].parse()?);
    let table = MixedTable::read(path)?;
    let table = if args[4] == "dedup" { table.without_repeats() } else { table };
    let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
    let mut rows: Vec<usize> = (0..table.len()).collect();
    rows.shuffle(&mut rng);
    let n_test = table.len() / 5;
    let (test, train) = (table.select(&rows[..n_test]), table.select(&rows[n_test..]));
    let t = Instant::now();
    let mut config = TableModelConfig::new(vec![label.to_owned()]).with_seed(seed);
    for pair in &args[5..] {
        let (k, v) = pair.split_once('=').unwrap();
        match k {
            "steps" => config.n_steps = v.parse()?,
            "batch" => config.batch_size = v.parse()?,
            "critic" => config.n_critic = v.parse()?,
            "lambda" => config.lambda = v.parse()?,
            "lr" => config.learning_rate = v.parse()?,
            "width" => config.width = v.parse()?,
            "depth" => config.depth = v.parse()?,
            "noise" => config.noise = v.parse()?,
            "modes" => config.most_modes = v.parse()?,
            "ema" => config.ema_decay = v.parse()?,
            _ => panic!("{k}"),
        }
    }
    let e = TableEncoder::fit(&train, config.most_modes);
    println!("{} train, {} test, width {} encoder {:.1?}", train.len(), test.len(), e.width(), t.elapsed());
    let t = Instant::now();
    let model = TableModel::fit(&train, &config, wgan_core::Progress::new(), &Device::flex())?;
    println!("fit {:.1?}", t.elapsed());
    let t = Instant::now();
    let (fake, _) = model.sample(train.len(), Given::Marginal, 0)?;
    println!("sample {:.1?}", t.elapsed());
    let t = Instant::now();
    fake.write_csv(format!("/tmp/fake_{label}.csv"))?;
    let score = synthetic_score(label, &fake, &train, &test, seed)?;
    println!("{score:?} {:.1?}", t.elapsed());
    Ok(())
}
