use std::collections::HashSet;
use wgan_materials::*;
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let read = |p: &str| Table::read(p, &ReadOptions::default()).unwrap();
    let key = |m: &Material| (m.composition.to_string(), m.prototype.as_ref().map_or(0, |p| p.space_group()));
    let known = read(&a[1]).materials();
    let hidden: HashSet<_> = read(&a[2]).materials().iter().map(key).collect();
    let kn: HashSet<_> = known.iter().map(key).collect();
    let t = std::time::Instant::now();
    let ranker = Ranker::fit(&known, 0).unwrap();
    let mut all = ranker.propose(usize::MAX, &[]);
    eprintln!("pool {} in {:?}", all.len(), t.elapsed());
    let count = |name: &str, all: &[Ranked]| {
        let mut seen = HashSet::new();
        let (mut n, mut hits) = (0, 0);
        let mut out = vec![];
        for c in all {
            let k = key(&c.material);
            if kn.contains(&k) || !seen.insert(k.clone()) { continue; }
            n += 1;
            hits += usize::from(hidden.contains(&k));
            if [100, 1000, 10000].contains(&n) { out.push(hits); }
        }
        println!("{name}: {out:?} of {} in pool {hits}", hidden.len());
    };
    count("margin", &all);
    if let Some(out) = a.get(3) {
        let mut text = String::from("formula,sg,prototype,margin,votes,score,source,hit\n");
        for c in &all {
            let k = key(&c.material);
            text += &format!("{},{},{},{},{},{},{},{}\n", k.0, k.1, c.material.prototype.as_ref().unwrap(), c.margin, c.votes, c.score, c.source.name(), u8::from(hidden.contains(&k)));
        }
        std::fs::write(out, text).unwrap();
    }
    all.sort_by(|a, b| b.votes.total_cmp(&a.votes));
    count("votes", &all);
    for b in ranker.reliability() { println!("{:.4} {:.4}", b.expected, b.found); }
}
