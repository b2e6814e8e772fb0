//! Vectors and matrices of three, as arrays of rows.

/// A vector.
pub(super) type Vector = [f64; 3];

/// Three rows.
pub(super) type Matrix = [[f64; 3]; 3];

/// Three rows of integers.
pub(super) type IntMatrix = [[i32; 3]; 3];

pub(super) const IDENTITY: IntMatrix = [[1, 0, 0], [0, 1, 0], [0, 0, 1]];

pub(super) fn dot(a: Vector, b: Vector) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

pub(super) fn cross(a: Vector, b: Vector) -> Vector {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

pub(super) fn norm(a: Vector) -> f64 {
    dot(a, a).sqrt()
}

pub(super) fn add(a: Vector, b: Vector) -> Vector {
    [a[0] + b[0], a[1] + b[1], a[2] + b[2]]
}

pub(super) fn sub(a: Vector, b: Vector) -> Vector {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

pub(super) fn scale(a: Vector, factor: f64) -> Vector {
    a.map(|x| x * factor)
}

/// `M x` for a column `x`.
pub(super) fn apply(matrix: &Matrix, x: Vector) -> Vector {
    [dot(matrix[0], x), dot(matrix[1], x), dot(matrix[2], x)]
}

/// `xᵀ M` for a row `x`: a fractional position times the rows of a lattice.
pub(super) fn apply_row(x: Vector, matrix: &Matrix) -> Vector {
    add(add(scale(matrix[0], x[0]), scale(matrix[1], x[1])), scale(matrix[2], x[2]))
}

pub(super) fn transpose(matrix: &Matrix) -> Matrix {
    [0, 1, 2].map(|i| [0, 1, 2].map(|j| matrix[j][i]))
}

pub(super) fn multiply(a: &Matrix, b: &Matrix) -> Matrix {
    a.map(|row| apply_row(row, b))
}

pub(super) fn determinant(matrix: &Matrix) -> f64 {
    dot(matrix[0], cross(matrix[1], matrix[2]))
}

/// The inverse; rows of infinities where there is none.
pub(super) fn inverse(matrix: &Matrix) -> Matrix {
    let [a, b, c] = *matrix;
    let factor = 1.0 / determinant(matrix);
    transpose(&[cross(b, c), cross(c, a), cross(a, b)].map(|row| scale(row, factor)))
}

pub(super) fn float(matrix: &IntMatrix) -> Matrix {
    matrix.map(|row| row.map(f64::from))
}

pub(super) fn multiply_int(a: &IntMatrix, b: &IntMatrix) -> IntMatrix {
    a.map(|row| [0, 1, 2].map(|j| row[0] * b[0][j] + row[1] * b[1][j] + row[2] * b[2][j]))
}

pub(super) fn determinant_int(m: &IntMatrix) -> i32 {
    m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1])
        - m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0])
        + m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0])
}

/// The inverse of a matrix with determinant 1 or −1.
pub(super) fn inverse_int(m: &IntMatrix) -> IntMatrix {
    inverse(&float(m)).map(|row| row.map(|x| x.round() as i32))
}

/// The representative in `[0, 1)`; never 1, also where `x` is a tiny negative number.
pub(super) fn wrap(x: f64) -> f64 {
    let wrapped = x - x.floor();
    if wrapped >= 1.0 { 0.0 } else { wrapped }
}

/// The representative in `[−1/2, 1/2]`.
pub(super) fn nearest(x: f64) -> f64 {
    x - x.round()
}

/// Whether two positions differ by whole numbers, up to `tolerance` in each coordinate.
pub(super) fn same_modulo_one(a: Vector, b: Vector, tolerance: f64) -> bool {
    sub(a, b).into_iter().all(|x| nearest(x).abs() <= tolerance)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_matrix_times_its_inverse_is_one() {
        let matrix = [[2.0, 0.5, 0.0], [0.1, 3.0, 1.0], [0.0, -1.0, 4.0]];
        let product = multiply(&matrix, &inverse(&matrix));
        for i in 0..3 {
            for j in 0..3 {
                assert!((product[i][j] - f64::from(IDENTITY[i][j])).abs() < 1e-14);
            }
        }
        let shear = [[1, 2, 0], [0, 1, -1], [0, 0, -1]];
        assert_eq!(multiply_int(&shear, &inverse_int(&shear)), IDENTITY);
        assert_eq!(determinant_int(&shear), -1);
    }

    #[test]
    fn wrapping_never_gives_one() {
        assert_eq!(wrap(-1e-18), 0.0);
        assert_eq!(wrap(1.25), 0.25);
        assert!(same_modulo_one([0.999999999, 0.5, 2.0], [0.0, -0.5, 0.0], 1e-6));
    }
}
