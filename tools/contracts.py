"""import-linter contracts of ours: a slice's insides are its own, and no modules import one another in a circle."""

from typing import Any

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class SlicesContract(Contract):
    """From outside a slice only its public modules may be imported.

    `container` is the package whose children are slices, `public` the module names that others may import,
    `exempt` the modules that may look inside because they put the whole together.
    """

    # Typed as what reading them gives: import-linter's fields are descriptors without a type of their own.
    container: Any = fields.StringField()
    public: Any = fields.SetField(subfield=fields.StringField())
    exempt: Any = fields.SetField(subfield=fields.StringField(), required=False)

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: FBT001 - import-linter's signature
        """Collect every import that reaches past a slice's public modules."""
        breaches: list[tuple[str, str]] = []
        exempt: Any = {self.container, *(self.exempt or ())}
        for piece in graph.find_children(self.container):
            inside = {piece, *graph.find_descendants(piece)}
            public: Any = {f"{piece}.{name}" for name in self.public}
            for module in inside - public - {piece}:
                importers = graph.find_modules_that_directly_import(module)
                breaches += [(importer, module) for importer in importers - inside - exempt]
        return ContractCheck(kept=not breaches, metadata={"breaches": sorted(breaches)})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Name every breach on a line of its own."""
        for importer, module in check.metadata["breaches"]:
            output.print_error(f"- {importer} imports {module}, which is inside another slice")


class AcyclicContract(Contract):
    """No module below `container` imports itself over others, type-only imports included."""

    container: Any = fields.StringField()

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: FBT001 - import-linter's signature
        """Collect the circles: what is left when modules without imports among the rest are taken away, both ways."""
        rest = {self.container, *graph.find_descendants(self.container)}
        for neighbours in (graph.find_modules_directly_imported_by, graph.find_modules_that_directly_import):
            while ends := {module for module in rest if not neighbours(module) & rest}:
                rest -= ends
        return ContractCheck(kept=not rest, metadata={"modules": sorted(rest)})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Name the modules that are in a circle, or between two."""
        for module in check.metadata["modules"]:
            output.print_error(f"- {module} is part of a circle")
