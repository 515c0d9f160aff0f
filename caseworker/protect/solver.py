"""The one place that talks to HiGHS: a linear programme over whole-number cells, solved the same way every
time.

One thread, fixed seed, no files and no console: solver logs would hold true counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Row = tuple[float, float, list[int], list[float]]  # at least, at most, columns, coefficients


class Infeasible(Exception):
    """No numbers satisfy every rule at once."""


class Programme:
    """Columns with bounds and rows that tie them; the objective may change between solves (kept warm).

    ``whole``: answers must be whole numbers (slower).
    """

    def __init__(
        self, low: Sequence[float], high: Sequence[float], rows: Sequence[Row], *, whole: bool
    ) -> None:
        # Loaded on use: most runs of the product never protect anything.
        import highspy
        import numpy as np

        self._np = np
        self._highspy = highspy
        self.columns = len(low)
        self._every = np.arange(self.columns, dtype=np.int32)
        solver = highspy.Highs()
        for option, value in (
            ("output_flag", False),
            ("threads", 1),
            ("random_seed", 20),
            ("mip_rel_gap", 0.0),
            ("mip_abs_gap", 1e-6),
            # Between two audit questions only the objective changes, so the last answer stays primal
            # feasible.
            ("simplex_strategy", 4),
        ):
            solver.setOptionValue(option, value)
        model = highspy.HighsLp()
        model.num_col_ = self.columns
        model.num_row_ = len(rows)
        model.col_cost_ = np.zeros(self.columns)
        model.col_lower_ = np.asarray(low, dtype=float)
        model.col_upper_ = np.asarray(high, dtype=float)
        model.row_lower_ = np.asarray([row[0] for row in rows], dtype=float)
        model.row_upper_ = np.asarray([row[1] for row in rows], dtype=float)
        lengths = np.cumsum([0] + [len(row[2]) for row in rows])
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        model.a_matrix_.start_ = lengths.astype(np.int32)
        model.a_matrix_.index_ = np.asarray([column for row in rows for column in row[2]], dtype=np.int32)
        model.a_matrix_.value_ = np.asarray([factor for row in rows for factor in row[3]], dtype=float)
        if whole:
            model.integrality_ = [highspy.HighsVarType.kInteger] * self.columns
        solver.passModel(model)
        self._solver: Any = solver

    def minimise(self, costs: Sequence[float]) -> Any:
        """The cheapest answer as an array, one number a column.

        Raises:
            Infeasible: there is none.
            RuntimeError: the solver stopped for another reason.
        """
        self._solver.changeColsCost(self.columns, self._every, self._np.asarray(costs, dtype=float))
        self._solver.run()
        status = self._solver.getModelStatus()
        states = self._highspy.HighsModelStatus
        if status in (states.kInfeasible, states.kUnboundedOrInfeasible):
            raise Infeasible
        if status not in (states.kOptimal, states.kModelEmpty):
            raise RuntimeError(f"the solver stopped: {self._solver.modelStatusToString(status)}")
        return self._np.asarray(self._solver.getSolution().col_value, dtype=float)
