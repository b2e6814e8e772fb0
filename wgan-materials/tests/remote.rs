//! Devices of other processes, on loopback: servers are started and killed as a user would.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use burn::module::{Module, ModuleVisitor, Param};
use burn::remote::RemoteHost;
use burn::tensor::{Device, Tensor};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use wgan_core::lipschitz::{LipschitzStrategy, SpectralNorm};
use wgan_core::{
    Fit, GaussianPrior, GradientPenalty, MlpConfig, MlpCritic, MlpGenerator, OptimizerConfig,
    TrainConfig, Wgan,
};

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_wgan-materials"))
}

/// A process that serves a processor.
struct Server {
    process: Child,
    address: String,
}

impl Server {
    fn start() -> Self {
        let mut serve = program();
        serve.args(["serve", "--port", "0"]).env("RUST_LOG", "off").stdout(Stdio::piped());
        let mut process = serve.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim_end().strip_prefix("serving flex at ").unwrap().to_owned();
        Self { process, address }
    }

    fn device(&self) -> Device {
        Device::remote_options(&RemoteHost::websocket(&self.address)).init().unwrap()
    }

    fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn weights<M: Module>(module: &M) -> Vec<f32> {
    struct Collect(Vec<f32>);
    impl ModuleVisitor for Collect {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            self.0.extend(param.val().into_data().iter::<f32>());
        }
    }
    let mut collect = Collect(Vec::new());
    module.visit(&mut collect);
    collect.0
}

/// Weights after ten steps with the model on `home` and the batches on `devices`.
fn trained<S>(strategy: S, home: &Device, devices: &[Device]) -> Vec<f32>
where
    S: LipschitzStrategy<MlpCritic> + Clone,
{
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let mlp = |d_in, d_out| MlpConfig::new(d_in, d_out).with_width(16).with_depth(2);
    let critic = MlpCritic::new(&mlp(4, 1), &mut rng, home).unwrap();
    let generator = MlpGenerator::new(&mlp(3, 4), &mut rng, home).unwrap();
    let data = GaussianPrior { dim: 4 }.sample(200, &mut rng, home) * 2.0;
    // Descent, since Adam makes whole steps of a gradient that is rounding alone.
    let descent = OptimizerConfig::Sgd { learning_rate: 1e-2 };
    let config = TrainConfig::new(50, 10);
    let config = config.with_critic_optimizer(descent).with_generator_optimizer(descent);
    let prior = GaussianPrior { dim: 3 };
    let wgan = Wgan::new(critic, generator, strategy, &config).on_devices(devices);
    let outcome = Fit::new(&data, &prior, home, 7).unwrap().run(wgan).unwrap();
    [weights(&outcome.wgan.critic), weights(&outcome.wgan.generator)].concat()
}

fn assert_near(ours: &[f32], expected: &[f32]) {
    assert_eq!(ours.len(), expected.len());
    for (a, b) in ours.iter().zip(expected) {
        assert!((a - b).abs() < 1e-5, "{a} against {b}");
    }
}

#[test]
fn two_servers_that_share_the_batches_train_as_this_process_does_alone() {
    let servers = [Server::start(), Server::start()];
    let (here, devices) = (Device::flex(), servers.each_ref().map(Server::device));
    let alone = trained(GradientPenalty::default(), &here, &[]);
    assert_near(&trained(GradientPenalty::default(), &here, &devices), &alone);
    // The model itself on the first server: weights and gradients go from server to server.
    assert_near(&trained(GradientPenalty::default(), &devices[0], &devices), &alone);
    assert_near(&trained(GradientPenalty::default(), &devices[0], &[]), &alone);
    let alone = trained(SpectralNorm, &here, &[]);
    assert_near(&trained(SpectralNorm, &here, &devices), &alone);
}

/// Starts a fit of 70 steps into `folder` on these servers.
fn fit(data: &Path, folder: &Path, servers: [&Server; 2], extra: &[&str]) -> Child {
    let devices = servers.map(|server| format!("remote={}", server.address)).join(",");
    let mut fit = program();
    fit.arg("fit").arg(data).arg("--model").arg(folder).args(["--steps", "70", "--devices"]);
    fit.arg(devices).args(extra).stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap()
}

/// What was measured, to the last digit, without the times.
fn history(model: &Path) -> Vec<String> {
    let text = fs::read_to_string(model.join("history.csv")).unwrap();
    assert!(text.starts_with("step,seconds,"), "{text}");
    let without_time = |line: &str| {
        let values: Vec<&str> = line.split(',').collect();
        [&values[..1], &values[2..]].concat().join(",")
    };
    text.lines().map(without_time).collect()
}

fn finish(fit: Child) -> (Option<i32>, String) {
    let output = fit.wait_with_output().unwrap();
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn a_killed_server_ends_the_fit_with_a_message_and_its_checkpoint_is_resumed() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/data/compounds.csv");
    let folder = tempfile::tempdir().unwrap();
    let (whole, cut) = (folder.path().join("whole"), folder.path().join("cut"));
    let (first, mut second) = (Server::start(), Server::start());
    let (code, said) = finish(fit(&data, &whole, [&first, &second], &[]));
    assert_eq!(code, Some(0), "{said}");

    let mut running = fit(&data, &cut, [&first, &second], &[]);
    while !cut.join("checkpoints/checkpoint-50").exists() {
        assert!(running.try_wait().unwrap().is_none(), "ended before its first checkpoint");
        std::thread::sleep(Duration::from_millis(10));
    }
    second.kill();
    let (code, said) = finish(running);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains(&second.address) && said.contains("was lost"), "{said}");
    assert!(said.contains("the checkpoint of step") && said.contains("--resume"), "{said}");
    assert!(!said.contains("panicked"), "{said}");

    let third = Server::start();
    let (code, said) = finish(fit(&data, &cut, [&first, &third], &["--resume"]));
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(history(&cut), history(&whole)); // resuming is as never having stopped
}

#[test]
fn a_server_that_is_not_there_is_named() {
    let mut server = Server::start();
    server.kill();
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/data/compounds.csv");
    let folder = tempfile::tempdir().unwrap();
    let (code, said) = finish(fit(&data, folder.path(), [&server, &server], &[]));
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains(&format!("remote={}", server.address)), "{said}");
    assert!(said.contains("cannot be reached"), "{said}");
}
