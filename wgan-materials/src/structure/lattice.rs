//! Three vectors that span the unit cell.

use serde::{Deserialize, Serialize};

use super::error::StructureError;
use super::reduction::reduced;
use super::vectors::{
    IntMatrix, Matrix, Vector, apply_row, cross, determinant, dot, inverse, norm, scale,
};

/// Longest lattice vector, Å: beyond it a text is taken to be at fault.
const MAX_LENGTH: f64 = 1000.0;

/// Smallest volume of a cell, Å³: an atom alone takes more than 2 Å³ at any pressure reached.
const MIN_VOLUME: f64 = 0.1;

/// Smallest distance of lattice planes across a vector, Å: beyond it a cell is too skewed to count its images.
const MIN_SPACING: f64 = 0.01;

/// Shortest distance of an atom from its own image, Å: half that of any solid. With shorter ones moyo may search for symmetry
/// without end.
const MIN_TRANSLATION: f64 = 1.0;

/// Lattice vectors `a`, `b`, `c` as rows, Å.
///
/// A fractional position `x` stands at `x₁·a + x₂·b + x₃·c`.
///
/// # Example
/// ```
/// use wgan_materials::structure::Lattice;
///
/// let quartz = Lattice::from_parameters([4.91, 4.91, 5.40, 90.0, 90.0, 120.0])?;
/// assert!((quartz.volume() - 4.91 * 4.91 * 5.40 * 0.75_f64.sqrt()).abs() < 1e-9);
/// # Ok::<(), wgan_materials::structure::StructureError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Matrix", into = "Matrix")]
pub struct Lattice {
    rows: Matrix,
}

impl TryFrom<Matrix> for Lattice {
    type Error = StructureError;

    fn try_from(rows: Matrix) -> Result<Self, StructureError> {
        Self::new(rows)
    }
}

impl From<Lattice> for Matrix {
    fn from(lattice: Lattice) -> Self {
        lattice.rows
    }
}

impl Lattice {
    /// From the vectors `a`, `b`, `c`, Å.
    ///
    /// # Errors
    /// [`StructureError::Lattice`] for numbers that are not finite, vectors above 1000 Å, a volume below 0.1 Å³, a cell so skewed that
    /// its planes are less than 0.01 Å apart, or one with a translation below 1 Å.
    pub fn new(rows: Matrix) -> Result<Self, StructureError> {
        let fault = |expected, got| Err(StructureError::Lattice { expected, got });
        let (lattice, lengths) = (Self { rows }, rows.map(norm));
        if !lengths.iter().all(|length| *length <= MAX_LENGTH) {
            return fault("vectors of at most 1000 Å", format!("{lengths:?}"));
        }
        if lattice.volume() < MIN_VOLUME {
            return fault("a cell of at least 0.1 Å³", format!("{:.3} Å³", lattice.volume()));
        }
        let spacing = lattice.plane_spacings().into_iter().fold(f64::INFINITY, f64::min);
        if spacing < MIN_SPACING {
            return fault("planes at least 0.01 Å apart", format!("{spacing:.5} Å"));
        }
        let (short, _) = lattice.reduced();
        let translation = short.lengths().into_iter().fold(f64::INFINITY, f64::min);
        if translation < MIN_TRANSLATION {
            return fault("translations of at least 1 Å", format!("{translation:.3} Å"));
        }
        Ok(lattice)
    }

    /// From `[a, b, c, α, β, γ]`, Å and degrees: `a` along x, `b` in the plane of x and y, right-handed.
    ///
    /// # Errors
    /// [`StructureError::Lattice`] where no cell has these lengths and angles.
    pub fn from_parameters(parameters: [f64; 6]) -> Result<Self, StructureError> {
        let [a, b, c, alpha, beta, gamma] = parameters;
        let [cos_alpha, cos_beta, cos_gamma] = [alpha, beta, gamma].map(cosine);
        let sin_gamma = (1.0 - cos_gamma * cos_gamma).sqrt();
        let y = (cos_alpha - cos_beta * cos_gamma) / sin_gamma;
        let z_squared = 1.0 - cos_beta * cos_beta - y * y;
        let in_range = |x: f64, high: f64| x > 0.0 && x < high;
        let is_cell = [a, b, c].into_iter().all(|x| in_range(x, f64::INFINITY))
            && [alpha, beta, gamma].into_iter().all(|x| in_range(x, 180.0))
            && z_squared > 0.0;
        if !is_cell {
            return Err(StructureError::Lattice {
                expected: "lengths above zero and angles that three vectors can have",
                got: format!("{parameters:?}"),
            });
        }
        let z = z_squared.sqrt();
        Self::new([
            [a, 0.0, 0.0],
            [b * cos_gamma, b * sin_gamma, 0.0],
            [c * cos_beta, c * y, c * z],
        ])
    }

    /// The vectors `a`, `b`, `c`, Å.
    pub fn rows(&self) -> [[f64; 3]; 3] {
        self.rows
    }

    /// Lengths of the vectors, Å.
    pub fn lengths(&self) -> [f64; 3] {
        self.rows.map(norm)
    }

    /// `[a, b, c, α, β, γ]`, Å and degrees.
    pub fn parameters(&self) -> [f64; 6] {
        let [a, b, c] = self.rows;
        let angle = |u, v| norm(cross(u, v)).atan2(dot(u, v)).to_degrees();
        let [la, lb, lc] = self.lengths();
        [la, lb, lc, angle(b, c), angle(c, a), angle(a, b)]
    }

    /// Volume of the cell, Å³.
    pub fn volume(&self) -> f64 {
        determinant(&self.rows).abs()
    }

    /// Metric tensor `Gᵢⱼ = aᵢ·aⱼ`, Å²: a fractional difference `x` has the length `√(xᵀGx)`.
    pub fn metric(&self) -> [[f64; 3]; 3] {
        self.rows.map(|u| self.rows.map(|v| dot(u, v)))
    }

    /// All lengths times `factor`.
    ///
    /// # Errors
    /// [`StructureError::Lattice`] where the result is no lattice.
    pub fn scaled(&self, factor: f64) -> Result<Self, StructureError> {
        Self::new(self.rows.map(|row| scale(row, factor)))
    }

    /// Place of a fractional position, Å.
    pub fn to_cartesian(&self, fractional: [f64; 3]) -> [f64; 3] {
        apply_row(fractional, &self.rows)
    }

    /// Fractional position of a place in Å.
    pub fn to_fractional(&self, cartesian: [f64; 3]) -> [f64; 3] {
        apply_row(cartesian, &inverse(&self.rows))
    }

    /// Distances between the lattice planes across `a`, `b` and `c`, Å.
    pub(super) fn plane_spacings(&self) -> Vector {
        let [a, b, c] = self.rows;
        [(b, c), (c, a), (a, b)].map(|(u, v)| self.volume() / norm(cross(u, v)))
    }

    /// The same lattice spanned by short vectors, and the integers `N` with `short = N · rows`.
    pub(super) fn reduced(&self) -> (Self, IntMatrix) {
        let (rows, integers) = reduced(self.rows);
        (Self { rows }, integers)
    }
}

/// Cosine of an angle in degrees; exact for 60, 90 and 120.
fn cosine(degrees: f64) -> f64 {
    match degrees {
        60.0 => 0.5,
        90.0 => 0.0,
        120.0 => -0.5,
        _ => degrees.to_radians().cos(),
    }
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_cubic_lattice_has_the_volume_of_its_cube() {
        let lattice = Lattice::from_parameters([3.0, 3.0, 3.0, 90.0, 90.0, 90.0]).unwrap();
        assert_abs_diff_eq!(lattice.volume(), 27.0, epsilon = 1e-12);
        assert_eq!(lattice.metric()[0], [9.0, 0.0, 0.0]);
        assert_eq!(lattice.scaled(2.0).unwrap().lengths(), [6.0; 3]);
    }

    #[test]
    fn what_is_no_lattice_is_refused() {
        for parameters in [
            [0.0, 1.0, 1.0, 90.0, 90.0, 90.0],
            [-3.0, 3.0, 3.0, 90.0, 90.0, 90.0],
            [f64::NAN, 3.0, 3.0, 90.0, 90.0, 90.0],
            [3.0, 3.0, f64::INFINITY, 90.0, 90.0, 90.0],
            [3.0, 3.0, 3.0, 90.0, 90.0, 180.0],
            [3.0, 3.0, 3.0, 30.0, 30.0, 90.0],
            [3.0, 3.0, 2000.0, 90.0, 90.0, 90.0],
            [3.0, 3.0, 3.0, 90.0, f64::NAN, 90.0],
        ] {
            assert!(Lattice::from_parameters(parameters).is_err(), "{parameters:?}");
        }
        let flat = [[3.0, 0.0, 0.0], [0.0, 3.0, 0.0], [3.0, 3.0, 0.0]];
        let message = Lattice::new(flat).unwrap_err().to_string();
        assert_eq!(message, "lattice: expected a cell of at least 0.1 Å³, got 0.000 Å³");
        assert!(serde_json::from_str::<Lattice>("[[1,0,0],[0,1,0],[0,0,0]]").is_err());
        let message = |rows| Lattice::new(rows).unwrap_err().to_string();
        let needle = [[900.0, 0.0, 0.0], [0.0, 900.0, 0.0], [0.0, 0.0, 1e-3]];
        assert!(message(needle).contains("planes at least 0.01 Å apart"));
        let dense = [[9.0, 0.0, 0.0], [0.0, 9.0, 0.0], [0.0, 0.0, 0.05]];
        let skewed = [[5.64, 0.0, 0.0], [0.0, 5.64, 0.0], [0.0, 0.113_078, 0.613_078]];
        assert!(message(skewed).ends_with("expected translations of at least 1 Å, got 0.623 Å"));
        assert!(message(dense).ends_with("expected translations of at least 1 Å, got 0.050 Å"));
    }

    proptest! {
        #[test]
        fn parameters_give_the_lattice_back(
            lengths in prop::array::uniform3(2.0f64..50.0), angles in prop::array::uniform3(65.0f64..115.0),
        ) {
            let [a, b, c] = lengths;
            let given = [a, b, c, angles[0], angles[1], angles[2]];
            let lattice = Lattice::from_parameters(given).unwrap();
            for (x, y) in given.into_iter().zip(lattice.parameters()) {
                prop_assert!((x - y).abs() < 1e-9);
            }
            let place = lattice.to_cartesian([0.1, 0.7, 0.3]);
            let back = lattice.to_fractional(place);
            prop_assert!((back[1] - 0.7).abs() < 1e-12);
        }
    }
}
