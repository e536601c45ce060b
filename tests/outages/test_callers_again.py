"""Who calls again is known again, however the number was typed, and never to who may not know."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from network.models import Customer
from outages.forms.shape.phones import PhoneField
from outages.selectors import open_reports_of_caller
from tests.factories import lay
from tests.outages.offices import client_of, member, told

TOWN = "(S) -p1- [V1] -p2- a -p3- [V2] -p4- b"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("13800001234", "13800001234"),
        (" 138 0000-1234 ", "13800001234"),
        ("+86 138 0000 1234", "13800001234"),
        ("１３８００００１２３４", "13800001234"),  # as a Chinese keyboard writes it
        ("0771-555 0100", "0771-555 0100"),
        ("（0771）5550100", "(0771)5550100"),
    ],
)
def test_a_number_is_kept_in_one_way(typed: str, kept: str) -> None:
    assert PhoneField().clean(typed) == kept


@pytest.mark.parametrize(
    "typed", ["      ", "()-()-()", "+( 12345 )", "١٢٣٤٥٦٧", "call me", "1" * 21]
)
def test_what_nobody_could_ring_is_no_number(typed: str) -> None:
    with pytest.raises(ValidationError):
        PhoneField().clean(typed)


@pytest.mark.django_db
@pytest.mark.parametrize("stored", ["13800001234", "138 0000 1234", "+86 138-0000-1234"])
@pytest.mark.parametrize("calls", ["13800001234", "138-00001234", "+8613800001234"])
def test_a_caller_is_found_by_the_figures(stored: str, calls: str) -> None:
    lay(TOWN)
    agent = member("call_agent", department="call_centre")
    now = timezone.now()
    report = told("conduct", contact_phone=stored, by=agent, at=now)
    told("conduct", contact_phone="13900001234", by=agent, at=now)
    assert open_reports_of_caller(phone=calls, reader=agent, at=now) == [report]


@pytest.mark.django_db
def test_an_informant_who_calls_again_is_known_to_the_owner_alone() -> None:
    lay(TOWN)
    customer = Customer.objects.order_by("asset_id")[0]
    owner = member("call_agent", department="call_centre", username="owner")
    other = member("call_agent", department="call_centre", username="other")
    secret = told(
        "conduct",
        contact_phone=customer.phone,
        customer=customer.asset_id,
        is_confidential=True,
        by=owner,
        at=timezone.now(),
    )
    page = f"{reverse('outages:desk')}?c={customer.pk}"
    assert secret.reference in client_of(owner).get(page).content.decode()
    assert secret.reference not in client_of(other).get(page).content.decode()
    # Nor does the case name the account.
    case = reverse("outages:case", args=[secret.reference])
    assert client_of(owner).get(case).context["customer"] == customer
    for reader in (other, member("dispatcher"), member("leader")):
        seen = client_of(reader).get(case)
        assert seen.context["customer"] is None
        assert (customer.account or customer.asset_id) not in seen.content.decode()
