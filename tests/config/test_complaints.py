"""What pydantic says becomes what people say."""

from dataclasses import dataclass

import pytest
from pydantic import Field, ValidationError, field_validator

from bot.config import IntegrationModels, Problem, Section, render_problems
from bot.config.complaints import phrase
from tests.config.files import SECTIONS, Files


class Strange(Section):
    """Settings with rules of all kinds."""

    run: tuple[str, ...] = Field(default=(), description="The program.", max_length=1)
    odd: int = Field(default=1, description="An odd number.", le=9)
    nested: dict[str, int] = Field(default={}, description="Numbers.")
    either: int | list[int] = Field(default=1, description="One or many.")

    @field_validator("odd")
    @classmethod
    def _is_odd(cls, value: int) -> int:
        if value % 2 == 0:
            raise ValueError("has to be odd")
        return value


@pytest.mark.parametrize(
    ("deploy", "said"),
    [
        ("odd: 4", "services.web.deploy.odd: has to be odd"),
        ("odd: 11", "services.web.deploy.odd: input should be less than or equal to 9"),
        ("odd: 1.5", "services.web.deploy.odd: has to be a whole number"),
        ("run: [a, b]", "services.web.deploy.run: tuple should have at most 1 item"),
        ("nested: {a: x}", "services.web.deploy.nested.a: has to be a whole number"),
        ("nested: [a]", "services.web.deploy.nested: has to hold keys and values"),
        ("either: [1, x]", "services.web.deploy.either[1]: has to be a whole number"),
    ],
)
def test_rules_of_an_integration_are_told_at_their_key(files: Files, deploy: str, said: str) -> None:
    """Also rules that this package does not know."""
    files.kinds = {"script": IntegrationModels(target=Strange)}
    services = SECTIONS["services"].replace("run: [./deploy.sh]", deploy)
    assert said in files.problems(services=services)


def test_a_value_is_never_repeated() -> None:
    """Only a choice is compared with it, to suggest the right word."""
    with pytest.raises(ValidationError) as caught:
        Strange.model_validate_json('{"odd": "s3cr3t"}')
    (detail,) = caught.value.errors()
    assert "s3cr3t" not in str(phrase(detail["type"], detail["msg"], detail.get("ctx", {}), "s3cr3t"))
    assert "s3cr3t" not in str(caught.value)


def test_problems_of_others_can_be_shown_too() -> None:
    """Whatever a ConfigError carries, with a place or without."""

    @dataclass(frozen=True)
    class Elsewhere:
        path: str = "commands.deploy"
        problem: str = "two commands have this name"
        hint: str = ""

    assert render_problems([Elsewhere()]) == "commands.deploy: two commands have this name"
    assert render_problems([Problem(file="f", problem="is empty")]) == "f: is empty"
