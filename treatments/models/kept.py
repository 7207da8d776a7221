"""What keeps a signed procedure together with all that hangs on it."""

from clinic.constraints import Trigger


def kept_with_its_procedure(name: str) -> list[Trigger]:
    """Nothing is added to, changed in or taken from a procedure that is signed."""
    return [
        Trigger(name=f"{name}_is_signed_for", timing="BEFORE INSERT OR UPDATE OR DELETE", function="procedure_keeps_signed"),
        Trigger(
            name=f"{name}_is_never_emptied",
            timing="BEFORE TRUNCATE",
            function="procedure_is_never_emptied",
            rest="FOR EACH STATEMENT",
        ),
    ]
