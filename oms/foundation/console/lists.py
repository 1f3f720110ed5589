"""One page of a list."""

from typing import Any

from django.http import HttpRequest
from unfold.views import ChangeList

from oms.foundation.look.columns import COLUMNS


class ConsoleList(ChangeList):
    """A page of a list, with the cells that other rooms add to its rows."""

    def get_results(self, request: HttpRequest) -> None:
        """Read the rows of the page, then each added column in one call for all of them."""
        super().get_results(request)
        columns = COLUMNS.get(f"{self.opts.app_label}_{self.opts.model_name}", ())
        if not columns:
            return
        self.result_list: Any = list(self.result_list)
        ids = [row.pk for row in self.result_list]
        found = [(column.name, column.values(ids, request.user)) for column in columns]
        for row in self.result_list:
            row.columns_beside = {name: values.get(row.pk, "") for name, values in found}
