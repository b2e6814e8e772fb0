//! The program as a user runs it: real files, real exit codes, real output.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;
use tempfile::TempDir;

fn run(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_wgan-graph")).args(args).output().unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn json(args: &[&str]) -> Value {
    let output = run(args);
    assert!(output.status.success(), "{args:?}: {}", stderr(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn file(folder: &TempDir, name: &str, text: &str) -> String {
    let path = folder.path().join(name);
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

/// A run that must fail with this exit code and one line that contains `reason`.
fn refused(args: &[&str], code: i32, reason: &str) {
    let output = run(args);
    let message = stderr(&output);
    assert_eq!(output.status.code(), Some(code), "{args:?}: {message}");
    assert!(message.starts_with("error: "), "{args:?}: {message}");
    assert!(message.contains(reason), "{args:?}: {message}");
    if code == 1 {
        assert_eq!(message.lines().count(), 1, "{args:?}: {message}");
    }
}

/// A file of the public graphs, where they are at hand.
fn shared(name: &str) -> Option<String> {
    let named = std::env::var_os("WGAN_SHARED_DATA").map(PathBuf::from);
    let above = || {
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .ancestors()
            .map(|folder| folder.join("shared/data"))
            .find(|folder| folder.is_dir())
    };
    Some(named.or_else(above)?.join("graphs").join(name).to_str()?.to_owned())
}

const PATH: &str = "source,target,weight\na,b,2\nb,c,3\n";

#[test]
fn inspect_counts_what_the_rules_did() {
    let folder = tempfile::tempdir().unwrap();
    let text = "source,target,weight\na,b,2\nb,a,1\na,a,5\nc,d,0\nd,e,1\ne,f,1\nf,g,1\ng,h,1\n";
    let edges = file(&folder, "edges.csv", text);
    let nodes = file(&folder, "nodes.csv", "id\nlonely\n");
    let args = ["inspect", "--edges", &edges, "--cost", "weight", "--nodes", &nodes, "--json"];
    let counts = json(&args);
    for (key, expected) in [
        ("edge_rows", 8),
        ("nodes", 9),
        ("edges", 6),
        ("self_loops", 1),
        ("parallel_edges", 1),
        ("zero_costs", 1),
        ("isolated_nodes", 1),
        ("components", 3),
        ("largest_component", 6),
    ] {
        assert_eq!(counts[key], expected, "{key}");
    }
    let table = run(&args[..args.len() - 1]);
    assert!(String::from_utf8_lossy(&table.stdout).contains("parallel edges dropped   1"));
}

#[test]
fn distances_from_a_node_are_infinite_where_no_path_leads() {
    let folder = tempfile::tempdir().unwrap();
    let edges = file(&folder, "edges.csv", "source,target,weight\na,b,2\nb,\"c,d\",1e-10\nx,y,1\n");
    let out = folder.path().join("distances.csv");
    let out = out.to_str().unwrap();
    let output =
        run(&["distances", "--edges", &edges, "--cost", "weight", "--source", "a", "--out", out]);
    assert!(output.status.success(), "{}", stderr(&output));
    let text = fs::read_to_string(out).unwrap();
    assert_eq!(text, "id,distance\na,0\nb,2\n\"c,d\",2.0000000001\nx,inf\ny,inf\n");
}

#[test]
fn the_summary_is_that_of_the_largest_component() {
    let folder = tempfile::tempdir().unwrap();
    let edges = file(&folder, "edges.csv", "source,target,weight\na,b,2\nb,c,3\nx,y,9\n");
    let args = ["distances", "--edges", &edges, "--cost", "weight", "--summary", "--json"];
    let summary = json(&args);
    assert_eq!((&summary["nodes"], &summary["edges"]), (&3.into(), &2.into()));
    assert_eq!(summary["max"], 5.0);
    assert_eq!(summary["max_hops"], 2.0);
    assert!((summary["mean"].as_f64().unwrap() - 10.0 / 3.0).abs() < 1e-12);
    assert!((summary["mean_hops"].as_f64().unwrap() - 4.0 / 3.0).abs() < 1e-12);
    refused(&[&args[..], &["--component", "refuse"]].concat(), 1, "2 components");
}

#[test]
fn distances_are_those_of_scipy() {
    // Mean and largest distance by costs and by hops, of `fixtures/network.py` and of SciPy on flights between airports.
    let own = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/network.csv").to_owned();
    let checks = [
        (Some(own), [(11.517520253, 5.1e-10), (27.514, 1e-9), (3.090506329, 5.1e-10), (6.0, 0.0)]),
        (
            shared("us_flights_2008_edges.csv"),
            [(2541.333767, 5.1e-7), (9963.38, 5.1e-3), (2.3317, 5.1e-5), (5.0, 0.0)],
        ),
    ];
    for (edges, expected) in checks {
        let Some(edges) = edges else { continue };
        let summary =
            json(&["distances", "--edges", &edges, "--cost", "weight", "--summary", "--json"]);
        for (key, (expected, digits)) in
            ["mean", "max", "mean_hops", "max_hops"].iter().zip(expected)
        {
            let got = summary[*key].as_f64().unwrap();
            assert!((got - expected).abs() <= digits, "{edges}, {key}: {got}");
        }
    }
}

#[test]
fn w1_on_a_path_is_the_mass_that_crosses_each_edge() {
    let folder = tempfile::tempdir().unwrap();
    let edges = file(&folder, "edges.csv", PATH);
    let mu = file(&folder, "mu.csv", "id,weight\na,1\n");
    let nu = file(&folder, "nu.csv", "id,weight\nb,0.5\nc,0.25\nc,0.25\n");
    let args = ["w1", "--edges", &edges, "--cost", "weight", "--mu", &mu, "--nu", &nu, "--json"];
    let answer = json(&args);
    assert_eq!(answer["value"], 3.5);
    assert_eq!(answer["dual"], 3.5);
    assert_eq!(answer["gap"], 0.0);
    let flow: Vec<(&str, &str, f64)> = answer["flow"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| {
            let text = |key: &str| e[key].as_str().unwrap();
            (text("source"), text("target"), e["mass"].as_f64().unwrap())
        })
        .collect();
    assert_eq!(flow, [("a", "b", 1.0), ("b", "c", 0.5)]);
    let table = run(&args[..args.len() - 1]);
    assert!(String::from_utf8_lossy(&table.stdout).contains("b -> c: 0.5 at cost 3"));
    let picture = folder.path().join("picture.svg");
    json(&[&args[..], &["--picture", picture.to_str().unwrap()]].concat());
    assert_eq!(fs::read_to_string(picture).unwrap().matches("<circle").count(), 3);
}

#[test]
fn laws_of_different_total_are_refused_unless_normalised() {
    let folder = tempfile::tempdir().unwrap();
    let edges = file(&folder, "edges.csv", PATH);
    let mu = file(&folder, "mu.csv", "id,weight\na,4\n");
    let nu = file(&folder, "nu.csv", "id,weight\nc,2\n");
    let args = ["w1", "--edges", &edges, "--mu", &mu, "--nu", &nu, "--json"];
    refused(&args, 1, "total masses differ");
    assert_eq!(json(&[&args[..], &["--normalise"]].concat())["value"], 2.0);
    let bad = file(&folder, "bad.csv", "id,weight\nnowhere,1\n");
    refused(&["w1", "--edges", &edges, "--mu", &bad, "--nu", &nu], 1, "`nowhere` is no node");
    let negative = file(&folder, "negative.csv", "id,weight\na,-1\n");
    refused(&["w1", "--edges", &edges, "--mu", &negative, "--nu", &nu], 1, "row 1: weight");
}

#[test]
fn directed_graphs_follow_their_arcs_and_have_no_w1_until_symmetrised() {
    let folder = tempfile::tempdir().unwrap();
    let edges = file(&folder, "edges.csv", "source,target,weight\na,b,1\nb,a,4\nb,c,1\n");
    let mu = file(&folder, "mu.csv", "id,weight\nb,1\n");
    let nu = file(&folder, "nu.csv", "id,weight\na,1\n");
    let summary =
        json(&["distances", "--edges", &edges, "--cost", "weight", "--summary", "--json"]);
    assert_eq!(summary["pairs"], 4); // a-b, a-c, b-a, b-c
    assert_eq!(summary["max"], 4.0);
    let args = ["w1", "--edges", &edges, "--cost", "weight", "--mu", &mu, "--nu", &nu, "--json"];
    refused(&args, 1, "the graph is directed");
    assert_eq!(json(&[&args[..], &["--directed", "symmetrise"]].concat())["value"], 1.0);
    let inspect = ["inspect", "--edges", &edges, "--cost", "weight", "--directed", "symmetrise"];
    let summary = json(&[&inspect[..], &["--json"]].concat());
    assert_eq!(summary["symmetrised_arcs"], 3); // a-b and b-a differ, b-c has none back
    assert_eq!(summary["edges"], 2);
}

#[test]
fn awkward_graphs_end_in_one_sentence_or_in_an_answer() {
    let folder = tempfile::tempdir().unwrap();
    let cases = [
        ("empty.csv", "", Some("the file is empty")),
        ("header.csv", "source,target\n", Some("no rows below the header")),
        ("one_column.csv", "source\na\n", Some("no column `target`")),
        ("ragged.csv", "source,target\na,b\nc\n", Some("ragged.csv")),
        ("no_id.csv", "source,target\na,\n", Some("row 1: target is \"\"")),
        ("one_node.csv", "source,target\na,a\n", None),
        ("two_components.csv", "source,target\na,b\nc,d\n", None),
        ("multigraph.csv", "source,target\na,b\na,b\nb,a\na,b\n", None),
    ];
    for (name, text, reason) in cases {
        let edges = file(&folder, name, text);
        for args in [
            &["inspect", "--edges", &edges, "--json"][..],
            &["distances", "--edges", &edges, "--summary", "--json"],
        ] {
            match reason {
                Some(reason) => refused(args, 1, reason),
                None => assert!(json(args)["nodes"].as_u64().unwrap() > 0),
            }
        }
    }
    for (cost, reason) in [("-1", "\"-1\""), ("NaN", "\"NaN\""), ("", "\"\""), ("inf", "\"inf\"")] {
        let edges = file(&folder, "cost.csv", &format!("source,target,weight\na,b,{cost}\n"));
        let args = ["inspect", "--edges", &edges, "--cost", "weight"];
        refused(&args, 1, &format!("row 1: weight is {reason}"));
    }
}

#[test]
fn rows_are_arcs_where_that_is_chosen() {
    let folder = tempfile::tempdir().unwrap();
    let edges = file(&folder, "edges.csv", "from,to\na,b\nb,c\n");
    let out = folder.path().join("out.csv");
    let args = ["distances", "--edges", &edges, "--source", "b", "--out", out.to_str().unwrap()];
    let output = run(&args);
    assert!(stderr(&output).contains("edges are read from the columns `from` and `to`"));
    assert_eq!(fs::read_to_string(&out).unwrap(), "id,distance\na,1\nb,0\nc,1\n");
    assert!(run(&[&args[..], &["--directed", "follow"]].concat()).status.success());
    assert_eq!(fs::read_to_string(&out).unwrap(), "id,distance\na,inf\nb,0\nc,1\n");
}

#[test]
fn no_input_is_replaced_and_a_reader_may_leave_early() {
    let folder = tempfile::tempdir().unwrap();
    let edges = file(&folder, "edges.csv", PATH);
    refused(
        &["distances", "--edges", &edges, "--source", "a", "--out", &edges],
        2,
        "would replace",
    );
    let mut child = Command::new(env!("CARGO_BIN_EXE_wgan-graph"))
        .args(["inspect", "--edges", &edges])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{}", stderr(&output));
}

/// A ring of 60 nodes, each joined to the next two, with a clique on every sixth node up to 36.
fn ring_with_a_clique() -> String {
    let mut text = String::from("source,target,weight\n");
    for u in 0..60 {
        text += &format!("n{u},n{},1\nn{u},n{},1\n", (u + 1) % 60, (u + 2) % 60);
    }
    for i in 0..7 {
        for j in i + 1..7 {
            text += &format!("n{},n{},1\n", 6 * i, 6 * j);
        }
    }
    text
}

#[test]
fn anomalies_are_written_for_every_node_with_a_reason() {
    let folder = tempfile::tempdir().unwrap();
    let edges = file(&folder, "edges.csv", &ring_with_a_clique());
    let nodes = file(&folder, "nodes.csv", "id,label\nn0,1\nlonely,0\n");
    let out = folder.path().join("scores.csv");
    let out = out.to_str().unwrap();
    let args = ["anomalies", "--edges", &edges, "--nodes", &nodes, "--out", out, "--json"];
    assert_eq!(json(&args)["nodes"], 61);
    let text = fs::read_to_string(out).unwrap();
    let mut rows: Vec<Vec<&str>> = text.lines().map(|l| l.splitn(4, ',').collect()).collect();
    assert_eq!(rows.remove(0), ["id", "score", "p_value", "explanation"]);
    assert_eq!(rows.len(), 61);
    let score = |row: &Vec<&str>| -> f64 { row[1].parse().unwrap() };
    rows.sort_by(|a, b| score(b).total_cmp(&score(a)));
    for row in &rows[..7] {
        assert_eq!(row[0][1..].parse::<usize>().unwrap() % 6, 0, "{row:?}");
        assert!(row[3].starts_with("edge n"), "{row:?}");
        assert!(row[3].contains("outside of the neighbourhood n"), "{row:?}");
        let p: f64 = row[2].parse().unwrap();
        assert!(p > 0.0 && p <= 1.0);
    }
}

#[test]
fn features_tell_a_node_that_does_not_fit() {
    let folder = tempfile::tempdir().unwrap();
    let edges = file(&folder, "edges.csv", &ring_with_a_clique());
    let value = |u: usize| if (u < 30) != (u == 9) { 1.0 } else { -1.0 } + (u % 7) as f64 / 20.0;
    let rows: String = (0..60).map(|u| format!("n{u},{},{}\n", value(u), value(u))).collect();
    let dense = file(&folder, "features.csv", &format!("id,x,y\n{rows}"));
    let out = folder.path().join("scores.csv");
    let args =
        ["anomalies", "--edges", &edges, "--features", &dense, "--out", out.to_str().unwrap()];
    let top = json(&[&args[..], &["--json"]].concat());
    let top = top["most_anomalous"].as_array().unwrap();
    assert!(top.contains(&"n9".into()), "{top:?}");
    assert!(fs::read_to_string(&out).unwrap().contains("features differ by"));
    let missing = file(&folder, "missing.csv", "id,x\nn0,1\n");
    let args =
        ["anomalies", "--edges", &edges, "--features", &missing, "--out", out.to_str().unwrap()];
    refused(&args, 1, "no features of node");
}

#[test]
fn new_nodes_have_new_ids_and_the_same_seed_gives_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let edges = file(&folder, "edges.csv", &ring_with_a_clique());
    let generate = |name: &str, seed: &str, cost: &[&str]| {
        let out = folder.path().join(name);
        let args = ["generate-nodes", "--edges", &edges, "--n", "5", "--seed", seed, "--out"];
        let args = [&args[..], &[out.to_str().unwrap(), "--steps", "20"], cost].concat();
        let output = run(&args);
        assert!(output.status.success(), "{}", stderr(&output));
        fs::read_to_string(out).unwrap()
    };
    let first = generate("a.csv", "3", &[]);
    assert_eq!(first, generate("b.csv", "3", &[]));
    assert_ne!(first, generate("c.csv", "4", &[]));
    let old = fs::read_to_string(&edges).unwrap();
    let mut sources = Vec::new();
    for (i, line) in first.lines().enumerate() {
        let cells: Vec<&str> = line.split(',').collect();
        if i == 0 {
            assert_eq!(cells, ["source", "target"]);
            continue;
        }
        assert!(!old.contains(&format!("{},", cells[0])) && old.contains(cells[1]), "{line}");
        sources.push(cells[0].to_owned());
    }
    sources.dedup();
    assert_eq!(sources.len(), 5);
    let out = folder.path().join("f.csv");
    let args =
        ["generate-nodes", "--edges", &edges, "--n", "5", "--steps", "20", "--json", "--out"];
    let summary = json(&[&args[..], &[out.to_str().unwrap()]].concat());
    let (made, expected) = (&summary["mean_hops"], &summary["expected_mean_hops"]);
    let ratio = made.as_f64().unwrap() / expected.as_f64().unwrap();
    assert!((ratio - 1.0).abs() < 0.1, "{summary}"); // five nodes cannot meet a mean closely
    let weighted = generate("d.csv", "3", &["--cost", "weight"]);
    assert!(weighted.starts_with("source,target,weight\n"));
    assert!(weighted.lines().skip(1).all(|line| line.ends_with(",1")));
    let apart = file(&folder, "apart.csv", &(ring_with_a_clique() + "new-1,new-2,1\n"));
    let args = ["generate-nodes", "--edges", &apart, "--n", "2", "--steps", "20", "--out"];
    assert!(run(&[&args[..], &[out.to_str().unwrap()]].concat()).status.success());
    let ids = fs::read_to_string(&out).unwrap();
    assert!(ids.contains("new-3,") && ids.contains("new-4,") && !ids.contains("new-1,"), "{ids}");
    let small = file(&folder, "small.csv", PATH);
    let out = folder.path().join("e.csv");
    let args = ["generate-nodes", "--edges", &small, "--n", "5", "--out", out.to_str().unwrap()];
    refused(&args, 1, "expected at least 10, got 3");
    let none = ["generate-nodes", "--edges", &small, "--n", "0", "--out", out.to_str().unwrap()];
    refused(&none, 2, "--n");
    let many = ["generate-nodes", "--edges", &edges, "--n", "2", "--max-copies", "2", "--out", "x"];
    refused(&many, 2, "expected a number from 0 to 1");
}

#[test]
fn the_missing_edges_of_a_clique_are_the_likeliest_links() {
    let folder = tempfile::tempdir().unwrap();
    let text = ring_with_a_clique().replace("n6,n12,1\n", "");
    let edges = file(&folder, "edges.csv", &text);
    let out = folder.path().join("links.csv");
    let out = out.to_str().unwrap();
    let args = ["links", "--edges", &edges, "--out", out];
    assert_eq!(json(&[&args[..], &["--top", "5", "--json"]].concat())["pairs"], 5);
    let best = fs::read_to_string(out).unwrap();
    let lines: Vec<&str> = best.lines().collect();
    assert_eq!((lines[0], lines.len()), ("source,target,score", 6));
    assert!(lines[1].starts_with("n12,n6,"), "{best}");
    // The same pairs by file, in its order and either way round.
    let pairs = file(&folder, "pairs.csv", "u,v\nn0,n30\nn12,n6\n");
    let args = [&args[..], &["--pairs", &pairs]].concat();
    assert!(run(&args).status.success());
    let scored = fs::read_to_string(out).unwrap();
    let scored: Vec<&str> = scored.lines().collect();
    let score = |line: &str| line.rsplit(',').next().unwrap().to_owned();
    assert!(scored[1].starts_with("n0,n30,") && scored[2].starts_with("n12,n6,"));
    assert_eq!(score(scored[2]), score(lines[1]));
    refused(&[&args[..], &["--top", "5"]].concat(), 2, "--top");
    let unknown = file(&folder, "unknown.csv", "u,v\nn0,nowhere\n");
    let args = ["links", "--edges", &edges, "--out", out, "--pairs", &unknown];
    refused(&args, 1, "`nowhere` is no node");
}

#[test]
fn a_new_network_has_the_nodes_and_the_counts_of_the_given_one() {
    let folder = tempfile::tempdir().unwrap();
    let edges = file(&folder, "edges.csv", &ring_with_a_clique());
    let generate = |name: &str, more: &[&str]| {
        let out = folder.path().join(name);
        let args = ["generate-network", "--edges", &edges, "--out", out.to_str().unwrap()];
        let answer = json(&[&args[..], more, &["--json"]].concat());
        (fs::read_to_string(out).unwrap(), answer)
    };
    let (first, answer) = generate("a.csv", &["--seed", "3"]);
    assert_eq!(first, generate("b.csv", &["--seed", "3"]).0);
    assert_ne!(first, generate("c.csv", &["--seed", "4"]).0);
    assert_eq!(first.lines().count() - 1, answer["given"]["edges"].as_u64().unwrap() as usize);
    for key in ["nodes", "edges"] {
        assert_eq!(answer["given"][key], answer["generated"][key]);
    }
    assert!((answer["overlap"].as_f64().unwrap() - 0.5).abs() < 0.1, "{answer}");
    let (copy, answer) = generate("d.csv", &["--overlap", "1"]);
    assert!(answer["overlap"].as_f64().unwrap() > 0.95, "{copy}");
    let out = folder.path().join("e.csv");
    let args = ["generate-network", "--edges", &edges, "--out", out.to_str().unwrap()];
    let table = run(&args);
    assert!(String::from_utf8_lossy(&table.stdout).contains("triangles"));
    let priced = run(&[&args[..], &["--cost", "weight"]].concat());
    assert!(stderr(&priced).contains("new edges have no costs"));
    refused(&[&args[..], &["--overlap", "1.5"]].concat(), 2, "overlap");
}

#[test]
fn files_without_a_header_or_commas_are_read_or_refused_with_the_cure() {
    let folder = tempfile::tempdir().unwrap();
    let count = |args: &[&str]| json(args)["edges"].as_u64().unwrap();
    let snap = "# Directed graph\n# Nodes: 3 Edges: 3\n# FromNodeId\tToNodeId\n0\t1\n1\t2\n2\t0\n";
    let snap = file(&folder, "snap.txt", snap);
    assert_eq!(count(&["inspect", "--edges", &snap, "--json"]), 3);
    let words = file(&folder, "words.csv", "a,b\nb,c\nc,d\na,c\n");
    refused(&["inspect", "--edges", &words], 1, "looks like data");
    refused(&["inspect", "--edges", &words], 1, "(--no-header)");
    assert_eq!(count(&["inspect", "--edges", &words, "--no-header", "--json"]), 4);
    let priced = file(&folder, "priced.txt", "x y 0.5\ny z 1.5\n");
    let args =
        ["distances", "--edges", &priced, "--no-header", "--cost", "3", "--summary", "--json"];
    assert_eq!(json(&args)["max"], 2.0);
    let packed = folder.path().join("edges.csv.gz");
    fs::write(&packed, b"\x1f\x8b\x08\x00").unwrap();
    refused(&["inspect", "--edges", packed.to_str().unwrap()], 1, "compressed (gzip)");
}

#[test]
fn packed_lists_and_formats_of_graphs_are_read_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let longest = |args: &[&str]| {
        let args = [&["distances", "--summary", "--json", "--edges"], args].concat();
        json(&args)["max"].as_f64().unwrap()
    };
    let packed = folder.path().join("edges.csv.gz");
    let mut writer = GzEncoder::new(fs::File::create(&packed).unwrap(), Compression::default());
    writer.write_all(PATH.as_bytes()).unwrap();
    writer.finish().unwrap();
    assert_eq!(longest(&[packed.to_str().unwrap(), "--cost", "weight"]), 5.0);
    let matrix = "%%MatrixMarket matrix coordinate real symmetric\n3 3 2\n2 1 2\n3 2 3\n";
    let matrix = file(&folder, "edges.mtx", matrix);
    assert_eq!(longest(&[&matrix, "--cost", "weight"]), 5.0);
    let unnamed = run(&["distances", "--summary", "--edges", &matrix]);
    assert!(stderr(&unnamed).contains("numbers that are not used: weight"), "{}", stderr(&unnamed));
    let edge = |u: &str, v: &str, km: &str| {
        format!("<edge source=\"{u}\" target=\"{v}\"><data key=\"k\">{km}</data></edge>")
    };
    let graph = format!(
        "<graphml><key id=\"k\" for=\"edge\" attr.name=\"km\"/><graph edgedefault=\"undirected\">\
         <node id=\"a\"/><node id=\"b\"/><node id=\"c\"/>{}{}</graph></graphml>",
        edge("a", "b", "2"),
        edge("b", "c", "3")
    );
    let graph = file(&folder, "edges.graphml", &graph);
    assert_eq!(longest(&[&graph, "--cost", "km"]), 5.0);
    refused(
        &["inspect", "--edges", &graph, "--cost", "hours"],
        1,
        "no column `hours`; it has source, target, km",
    );
    let cut = file(&folder, "cut.graphml", "<graphml><graph edgedefault=\"directed\">");
    refused(&["inspect", "--edges", &cut], 1, "cut off");
    let nodes = ["inspect", "--edges", &matrix, "--nodes", &graph];
    refused(&nodes, 1, "it is GraphML, expected rows of cells");
}

#[test]
fn new_nodes_come_with_classes_and_numbers_and_are_compared_with_others() {
    let folder = tempfile::tempdir().unwrap();
    let edges = file(&folder, "edges.csv", &ring_with_a_clique());
    let ids = json(&["inspect", "--edges", &edges, "--json"])["nodes"].as_u64().unwrap();
    let row = |i: u64| format!("n{i},{},{}.5,Node {i}\n", ["x", "y"][(i / 10 % 2) as usize], i);
    let rows: String = (0..ids).map(row).collect();
    let nodes = file(&folder, "nodes.csv", &format!("id,side,height,name\n{rows}"));
    let [out, kinds] = ["new.csv", "kinds.csv"].map(|name| folder.path().join(name));
    let args = [
        "generate-nodes",
        "--edges",
        &edges,
        "--n",
        "6",
        "--steps",
        "20",
        "--nodes",
        &nodes,
        "--out",
    ];
    let args = [&args[..], &[out.to_str().unwrap(), "--out-nodes"]].concat();
    let made = run(&[&args[..], &[kinds.to_str().unwrap()]].concat());
    assert!(made.status.success(), "{}", stderr(&made));
    assert!(stderr(&made).contains("names, which are not generated: name"), "{}", stderr(&made));
    let text = fs::read_to_string(&kinds).unwrap();
    let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split(',').collect()).collect();
    assert_eq!((lines.len(), &lines[0][..]), (7, &["id", "side", "height"][..]));
    for line in &lines[1..] {
        assert!(
            line[0].starts_with("new-") && ["x", "y"].contains(&line[1]) && line[2].ends_with(".5"),
            "{line:?}"
        );
    }
    refused(&[&args[..], &[out.to_str().unwrap()]].concat(), 2, "new.csv");
    let bare = file(&folder, "bare.csv", "id\nn0\n");
    let args = ["generate-nodes", "--edges", &edges, "--n", "6", "--nodes", &bare, "--out"];
    let args =
        [&args[..], &[out.to_str().unwrap(), "--out-nodes", kinds.to_str().unwrap()]].concat();
    refused(&args, 1, "no features of node");
    let args = ["evaluate-nodes", "--edges", &edges, "--nodes", &nodes, "--steps", "20"];
    let found = json(&[&args[..], &["--json"]].concat());
    let figures = found["figures"].as_array().unwrap();
    assert_eq!(figures.len(), 5);
    assert_eq!(figures[4]["name"], "side, degree, side of the neighbours");
    assert!(figures.iter().all(|f| f["w1"].as_f64() >= Some(0.0)), "{found}");
    let table = run(&args);
    assert!(String::from_utf8_lossy(&table.stdout).contains("ratio"));
}

#[test]
fn costs_that_are_not_named_are_remarked() {
    let folder = tempfile::tempdir().unwrap();
    let edges = file(&folder, "edges.csv", PATH);
    let args = ["distances", "--edges", &edges, "--summary"];
    let unnamed = run(&args);
    assert!(unnamed.status.success());
    assert!(stderr(&unnamed).contains("numbers that are not used: weight"), "{}", stderr(&unnamed));
    assert_eq!(stderr(&run(&[&args[..], &["--cost", "weight"]].concat())), "");
    let table = run(&["inspect", "--edges", &edges]);
    let table = String::from_utf8_lossy(&table.stdout);
    assert!(table.contains("numbers that are unused  weight"), "{table}");
}

#[test]
fn wrong_usage_and_failed_runs_have_their_own_exit_codes() {
    let folder = tempfile::tempdir().unwrap();
    let edges = file(&folder, "edges.csv", PATH);
    refused(&["inspect"], 2, "--edges");
    refused(&["nonsense"], 2, "nonsense");
    refused(&["distances", "--edges", &edges], 2, "--source");
    refused(&["distances", "--edges", &edges, "--source", "a"], 2, "--out");
    refused(&["inspect", "--edges", "nowhere.csv"], 1, "nowhere.csv");
    refused(&["inspect", "--edges", &edges, "--cost", "price"], 1, "no column `price`");
    let nowhere = folder.path().join("absent/d.csv");
    let nowhere = nowhere.to_str().unwrap();
    let into = ["distances", "--edges", &edges, "--source", "a", "--out", nowhere];
    refused(&into, 2, "a folder that exists");
    let out = folder.path().join("d.csv");
    let unknown = ["distances", "--edges", &edges, "--source", "z", "--out", out.to_str().unwrap()];
    refused(&unknown, 1, "`z` is no node");
    assert!(!out.exists());
}

/// A street of 30 nodes; trips begin around the third node at 8 o'clock and around the 25th at 18.
fn street_and_trips(folder: &TempDir, phase: usize) -> (String, String) {
    let edges: String = (0..29).map(|v| format!("{v},{},1\n", v + 1)).collect();
    let edges = file(folder, "street.csv", &format!("source,target,minutes\n{edges}"));
    let trip = |i: usize| match i % 2 {
        0 => format!("{},8\n", 1 + (i * 7 + phase) % 5),
        _ => format!("{},18\n", 23 + (i * 11 + phase) % 5),
    };
    let trips: String = (0..120).map(trip).collect();
    let trips = file(folder, &format!("trips{phase}.csv"), &format!("id,hour\n{trips}"));
    (edges, trips)
}

#[test]
fn a_law_is_learnt_sampled_and_compared() {
    let folder = tempfile::tempdir().unwrap();
    let (edges, trips) = street_and_trips(&folder, 0);
    let (_, others) = street_and_trips(&folder, 3);
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (model, svg, out, law) = (at("model"), at("laws.svg"), at("drawn.csv"), at("law.csv"));
    let fit = ["fit-law", "--edges", &edges, "--cost", "minutes", "--observations", &trips];
    let fit = [&fit[..], &["--model", &model, "--json"]].concat();
    let summary = json(&[&fit[..], &["--picture", &svg]].concat());
    assert_eq!(summary["contexts"][0]["name"], "hour");
    assert_eq!((&summary["nodes"], &summary["observations"]), (&30.into(), &120.into()));
    assert!(fs::read_to_string(svg).unwrap().contains("learnt (right half)"));

    let sample = ["sample-law", "--model", &model, "--n", "200", "--condition", "hour=8"];
    let drawn = json(&[&sample[..], &["--out", &out, "--law", &law, "--json"]].concat());
    assert_eq!(drawn["n"], 200);
    let text = fs::read_to_string(&out).unwrap();
    assert!(text.starts_with("id,hour\n"), "{text}");
    let is_near = |line: &&str| {
        let (id, hour) = line.split_once(',').unwrap();
        hour == "8" && id.parse::<usize>().unwrap() < 12
    };
    assert!(text.lines().skip(1).filter(is_near).count() >= 190, "{text}");
    let again = run(&[&sample[..], &["--out", &out]].concat());
    assert!(again.status.success());
    assert_eq!(fs::read_to_string(&out).unwrap(), text); // the same seed, the same bytes
    let total: f64 = fs::read_to_string(&law)
        .unwrap()
        .lines()
        .skip(1)
        .map(|line| line.split_once(',').unwrap().1.parse::<f64>().unwrap())
        .sum();
    assert!((total - 1.0).abs() < 1e-9);

    let found = json(&["evaluate-law", "--model", &model, "--observations", &others, "--json"]);
    assert_eq!(found["contexts"].as_array().unwrap().len(), 2);
    let (w1, floor) = (found["w1"].as_f64().unwrap(), found["floor"].as_f64().unwrap());
    assert!(w1 <= 1.5 * floor, "{w1} and {floor}");
    let carried: f64 = found["flow"]
        .as_array()
        .unwrap()
        .iter()
        .map(|edge| edge["mass"].as_f64().unwrap() * edge["cost"].as_f64().unwrap())
        .sum();
    assert!((carried - w1).abs() < 1e-9); // the flow is the distance
}

#[test]
fn the_same_law_for_any_number_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    let (edges, trips) = street_and_trips(&folder, 0);
    let law = |threads: &str| {
        let model = folder.path().join(threads);
        let mut command = Command::new(env!("CARGO_BIN_EXE_wgan-graph"));
        let command = command.args(["fit-law", "--edges", &edges, "--observations", &trips]);
        let command = command.arg("--model").arg(&model).env("RAYON_NUM_THREADS", threads);
        assert!(command.output().unwrap().status.success());
        fs::read(model.join("law.json")).unwrap()
    };
    assert!(law("1") == law("2"));
}

#[test]
fn observations_that_do_not_go_with_a_network_are_refused_or_noted() {
    let folder = tempfile::tempdir().unwrap();
    let edges = file(&folder, "edges.csv", "source,target\na,b\nb,c\nx,y\n");
    let model = folder.path().join("model");
    let model = model.to_str().unwrap();
    let fit = |name: &str, text: &str| {
        let path = file(&folder, name, text);
        ["fit-law", "--edges", &edges, "--observations", &path, "--model", model].map(str::to_owned)
    };
    for (name, text, reason) in [
        ("unknown.csv", "id\na\nq\n", "`q` is no node"),
        ("empty.csv", "", "the file is empty"),
        ("none.csv", "id\n", "it has no observations"),
        ("outside.csv", "id\nx\n", "all 1 lie outside of the largest component"),
        ("zero.csv", "id,weight\na,0\n", "their weights sum to 0"),
        ("negative.csv", "id,weight\na,-1\n", "a finite weight from zero up"),
        ("count.csv", "id,count\na,1.5\n", "a whole number from 0"),
        ("headless.csv", "a\nb\n", "looks like data"),
        ("hours.csv", "id,hour\na,1\na,\na,1\na,1\na,1\na,1\n", "a number in every row"),
    ] {
        let args = fit(name, text);
        refused(&args.iter().map(String::as_str).collect::<Vec<_>>(), 1, reason);
    }
    let one = fit("one.csv", "id\na\nx\n");
    let output = run(&one.iter().map(String::as_str).collect::<Vec<_>>());
    assert!(output.status.success());
    assert!(stderr(&output).contains("1 of 2 observations lie outside"), "{}", stderr(&output));
    let seen = file(&folder, "seen.csv", "id\nb\ny\n");
    let evaluate = run(&["evaluate-law", "--model", model, "--observations", &seen]);
    assert!(evaluate.status.success(), "{}", stderr(&evaluate));
    assert!(stderr(&evaluate).contains("lacks: 1 (first `y`)"), "{}", stderr(&evaluate));
    let outside = file(&folder, "out.csv", "id\nx\ny\n");
    let evaluate = ["evaluate-law", "--model", model, "--observations", &outside];
    refused(&evaluate, 1, "`x` is no node");
    let sample = ["sample-law", "--model", model, "--n", "2", "--out", "drawn.csv"];
    refused(&[&sample[..], &["--condition", "hour=8"]].concat(), 1, "no condition");
    refused(&[&sample[..], &["--condition", "hour"]].concat(), 2, "expected COLUMN=VALUE");
    let nowhere = folder.path().join("nowhere");
    let nowhere = nowhere.to_str().unwrap();
    refused(&["sample-law", "--model", nowhere, "--n", "2", "--out", "d.csv"], 1, "law.json");
}

#[test]
fn along_one_way_roads_w1_has_two_directions() {
    let folder = tempfile::tempdir().unwrap();
    let ring: String = (0..8).map(|v| format!("{v},{}\n", (v + 1) % 8)).collect();
    let edges = file(&folder, "ring.csv", &format!("source,target\n{ring}"));
    let mu = file(&folder, "mu.csv", "id,weight\n0,1\n");
    let nu = file(&folder, "nu.csv", "id,weight\n1,1\n");
    let w1 = |mu: &str, nu: &str| {
        let args = ["w1", "--edges", &edges, "--mu", mu, "--nu", nu, "--json"];
        json(&[&args[..], &["--directed", "follow"]].concat())["value"].as_f64().unwrap()
    };
    assert_eq!((w1(&mu, &nu), w1(&nu, &mu)), (1.0, 7.0));
    let open = file(&folder, "open.csv", "source,target\n0,1\n1,2\n");
    let args = ["w1", "--edges", &open, "--mu", &mu, "--nu", &nu, "--directed", "follow"];
    refused(&args, 1, "no path leads from");
}
