//! All properties of a table as columns the model generates.

use burn::tensor::{Tensor, TensorData};
use serde::{Deserialize, Serialize};

use super::RankTransform;
use crate::table::Property;

/// Properties by rank; a property with missing values brings a second column that says where.
///
/// Codes are laid out `[property 0, …, property d−1, missing j, missing k, …]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PropertySpace {
    names: Vec<String>,
    transforms: Vec<RankTransform>,
    /// Property that each missing column belongs to.
    partial: Vec<usize>,
}

impl PropertySpace {
    /// Space of these named columns.
    pub fn fit(columns: &[Property]) -> Self {
        let mut transforms: Vec<RankTransform> = columns
            .iter()
            .map(|c| RankTransform::fit(c.values.iter().flatten().copied()))
            .collect();
        let mut partial = Vec::new();
        for (j, column) in columns.iter().enumerate() {
            if column.values.iter().any(Option::is_none) {
                let flags = column.values.iter().map(|v| f64::from(u8::from(v.is_none())));
                transforms.push(RankTransform::fit(flags));
                partial.push(j);
            }
        }
        let names = columns.iter().map(|c| c.name.clone()).collect();
        Self { names, transforms, partial }
    }

    /// Names of the properties.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Places of these properties, those that are there.
    pub fn places(&self, properties: &[Property]) -> Vec<usize> {
        let place = |p: &Property| self.names.iter().position(|name| *name == p.name);
        properties.iter().filter_map(place).collect()
    }

    /// Number of code columns.
    pub fn width(&self) -> usize {
        self.transforms.len()
    }

    /// `n × width` codes of the rows of `columns`, which must be the columns the space was fitted to; 0
    /// where the value is missing.
    pub fn encode(&self, columns: &[Property]) -> Vec<f32> {
        let n = columns.first().map_or(0, |c| c.values.len());
        let mut codes = Vec::with_capacity(n * self.width());
        for i in 0..n {
            for (transform, column) in self.transforms.iter().zip(columns) {
                let value = column.values[i];
                codes.push(value.map_or(0.0, |v| transform.encode(v)) as f32);
            }
            for (&j, transform) in self.partial.iter().zip(&self.transforms[self.names.len()..]) {
                let flag = f64::from(u8::from(columns[j].values[i].is_none()));
                codes.push(transform.encode(flag) as f32);
            }
        }
        codes
    }

    /// Codes moved to those of values that occur, with missing properties at 0; the gradient
    /// passes as if nothing had been moved.
    ///
    /// # Shapes
    /// - `codes`: `[n, width]`
    pub fn snap(&self, codes: Tensor<2>) -> Tensor<2> {
        if self.width() == 0 {
            return codes;
        }
        let [n, width] = codes.dims();
        let free: Vec<f32> = codes.clone().into_data().iter::<f32>().collect();
        let mut snapped: Vec<f32> = free
            .iter()
            .enumerate()
            .map(|(i, &code)| self.transforms[i % width].snap(f64::from(code)) as f32)
            .collect();
        for row in snapped.chunks_mut(width) {
            self.blank_missing(row);
        }
        let moved: Vec<f32> = snapped.iter().zip(&free).map(|(s, f)| s - f).collect();
        let moved = Tensor::<2>::from_data(TensorData::new(moved, [n, width]), &codes.device());
        codes + moved.inner()
    }

    /// 1 where a code of real samples stands for a known value, `[n, width] → [n, width]`.
    pub fn known(&self, codes: Tensor<2>) -> Tensor<2> {
        let columns = (0..self.width()).map(|j| match self.partial.iter().position(|&p| p == j) {
            Some(k) => {
                let flag = self.names.len() + k;
                let between = missing_threshold(&self.transforms[flag]) as f32;
                codes.clone().narrow(1, flag, 1).lower_scalar(between).float()
            }
            None => codes.clone().narrow(1, j, 1).ones_like(),
        });
        Tensor::cat(columns.collect(), 1)
    }

    /// Values of generated rows, property by property.
    ///
    /// Codes are taken by their rank among the `n` rows, so each property follows the law of the
    /// data and keeps its order among the rows. The rows of one call therefore belong together.
    pub fn decode(&self, codes: &[f32], n: usize) -> Vec<Vec<Option<f64>>> {
        let width = self.width();
        let column = |j: usize| -> Vec<f32> { (0..n).map(|i| codes[i * width + j]).collect() };
        let n_properties = self.names.len();
        (0..n_properties)
            .map(|j| {
                let flag = self.partial.iter().position(|&p| p == j);
                let present: Vec<usize> = match flag {
                    Some(k) => {
                        let flags = &self.transforms[n_properties + k];
                        let missing = by_rank(flags, &column(n_properties + k), &all(n));
                        (0..n).filter(|&i| missing[i] == Some(0.0)).collect()
                    }
                    None => all(n),
                };
                by_rank(&self.transforms[j], &column(j), &present)
            })
            .collect()
    }

    /// Values of generated rows, property by property, each row by its own code.
    ///
    /// For rows that were drawn under a condition, whose properties need not follow the law of the data.
    pub fn decode_each(&self, codes: &[f32]) -> Vec<Vec<Option<f64>>> {
        let rows = || codes.chunks(self.width());
        let column = |j: usize| {
            let flag = self.partial.iter().position(|&p| p == j).map(|k| self.names.len() + k);
            let is_missing = |row: &[f32]| {
                flag.is_some_and(|flag| {
                    f64::from(row[flag]) > missing_threshold(&self.transforms[flag])
                })
            };
            let value = |row: &[f32]| {
                (!is_missing(row)).then(|| self.transforms[j].value(f64::from(row[j])))
            };
            rows().map(value).collect()
        };
        (0..self.names.len()).map(column).collect()
    }

    /// Sets the codes of missing properties to 0, as [`PropertySpace::encode`] does.
    fn blank_missing(&self, row: &mut [f32]) {
        for (k, &j) in self.partial.iter().enumerate() {
            let flag = self.names.len() + k;
            if f64::from(row[flag]) > missing_threshold(&self.transforms[flag]) {
                row[j] = 0.0;
            }
        }
    }
}

/// Code between "present" and "missing".
fn missing_threshold(flags: &RankTransform) -> f64 {
    (flags.encode(0.0) + flags.encode(1.0)) / 2.0
}

fn all(n: usize) -> Vec<usize> {
    (0..n).collect()
}

/// Quantiles of `transform` at the ranks of the codes of `rows`; ties by position.
fn by_rank(transform: &RankTransform, codes: &[f32], rows: &[usize]) -> Vec<Option<f64>> {
    let mut order = rows.to_vec();
    order.sort_by(|&a, &b| codes[a].total_cmp(&codes[b]).then(a.cmp(&b)));
    let mut values = vec![None; codes.len()];
    for (rank, &row) in order.iter().enumerate() {
        let u = (rank as f64 + 0.5) / order.len() as f64;
        values[row] = Some(transform.quantile(u));
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Device;

    fn columns() -> Vec<Property> {
        let column = |name: &str, values| Property { name: name.into(), unit: None, values };
        vec![
            column("gap", vec![Some(0.0), None, Some(2.0), Some(0.0)]),
            column("density", vec![Some(3.0), Some(1.0), Some(2.0), Some(4.0)]),
        ]
    }

    #[test]
    fn decoding_the_codes_of_the_data_returns_the_data() {
        let columns = columns();
        let space = PropertySpace::fit(&columns);
        assert_eq!(space.width(), 3);
        let codes = space.encode(&columns);
        let decoded = space.decode(&codes, 4);
        assert_eq!(decoded[0], columns[0].values);
        assert_eq!(decoded[1], columns[1].values);
        assert_eq!(space.decode_each(&codes), decoded);
    }

    #[test]
    fn snapped_codes_of_the_data_are_the_codes_themselves() {
        let columns = columns();
        let space = PropertySpace::fit(&columns);
        let codes = space.encode(&columns);
        let tensor = Tensor::from_data(TensorData::new(codes.clone(), [4, 3]), &Device::flex());
        let snapped: Vec<f32> = space.snap(tensor).into_data().iter::<f32>().collect();
        for (a, b) in snapped.iter().zip(&codes) {
            assert!((a - b).abs() < 1e-6);
        }
    }
}
