"""What people are told: drafting, publishing and following up a notice.

An unplanned outage's first notice goes out by itself when its plan is approved
(settings.NOTICE_AUTO_PUBLISH_UNPLANNED): an emergency never waits. Follow-ups of what was
published (a changed time, the all-clear, a cancellation) always do, on the same channels.
See docs/adr on publication.

    drafting    what would be said, and the draft
    approving   the newest draft, a second person, the count that was seen
    sending     published: deliveries due, earlier ones taken back
    announcing  as part of another use case
    deciding    a message whose fate is unknown, that waits for the morning, or that failed
"""

from outages.services.publishing.audience import AudienceRefused
from outages.services.publishing.notices.announcing import (
    NothingWithheld,
    announce,
    draft_withheld,
    tell_spared,
)
from outages.services.publishing.notices.approving import (
    PublishRefused,
    Seen,
    approve_notice,
    needs_second,
)
from outages.services.publishing.notices.deciding import (
    NothingFailed,
    NothingWaits,
    OthersByNow,
    resolve_all,
    resolve_delivery,
    send_at_once,
    send_failed_again,
)
from outages.services.publishing.notices.drafting import (
    NoticePreview,
    draft_notice,
    notice_fields,
    preview_notice,
)
from outages.services.publishing.notices.sending import publish_notice
from outages.services.publishing.wording import MissingNoticeField

__all__ = [
    "AudienceRefused",
    "MissingNoticeField",
    "NothingFailed",
    "NothingWaits",
    "NothingWithheld",
    "NoticePreview",
    "OthersByNow",
    "PublishRefused",
    "Seen",
    "announce",
    "approve_notice",
    "draft_notice",
    "draft_withheld",
    "needs_second",
    "notice_fields",
    "preview_notice",
    "publish_notice",
    "resolve_all",
    "resolve_delivery",
    "send_at_once",
    "send_failed_again",
    "tell_spared",
]
