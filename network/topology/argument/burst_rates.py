"""How readily pipes burst, against the mean: by material, age and bore.

Only the ratios count, and they are mild on purpose. That brittle, old and thin pipes burst more
is what utilities' records agree on; by how much differs from town to town, so nobody's figure is
copied here. Who has records of his own sets `Rates`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

USUAL_BORE_MM = 150.0
USUAL_AGE = 25.0

# Words in drawings, Chinese and English, with what they say. The first that fits counts: 球墨铸铁
# (ductile iron) must not be read as 铸铁 (cast iron).
BY_MATERIAL = {
    "球墨": 0.8,
    "ductile": 0.8,
    "灰口": 2.0,
    "铸铁": 2.0,
    "cast iron": 2.0,
    "cast_iron": 2.0,
    "镀锌": 2.0,
    "galvan": 2.0,
    "asbestos": 1.8,
    "石棉": 1.8,
    "钢": 1.3,
    "steel": 1.3,
    "pvc": 1.2,
    "水泥": 1.0,
    "concrete": 1.0,
    "copper": 1.0,
    "pe": 0.7,
}


@dataclass(frozen=True)
class Rates:
    """What a pipe's records are worth. Powers of 0 leave bore or age out."""

    by_material: Mapping[str, float] = field(default_factory=lambda: BY_MATERIAL)
    bore_power: float = -0.5
    age_power: float = 0.5

    def of(self, material: str, age: float | None, bore_mm: float | None) -> float:
        """The rate of a pipe against the mean; 1 for all that is not known."""
        words = material.lower()
        found = next((rate for word, rate in self.by_material.items() if word in words), 1.0)
        if bore_mm:
            found *= (bore_mm / USUAL_BORE_MM) ** self.bore_power
        if age is not None:
            found *= max(age, 5.0) ** self.age_power / USUAL_AGE**self.age_power
        return found
