"""Why no plan can be made."""


class PlanningRefused(Exception):
    """There is nothing to plan on; `code` is no_network, no_pipe, unknown_asset or no_pipes."""

    def __init__(self, code: str, text: str) -> None:
        self.code = code
        super().__init__(text)
