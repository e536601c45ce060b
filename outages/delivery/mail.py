"""E-mail through Django's mail settings, with a Message-ID made from the delivery's key.

SMTP knows no repeats: a connection lost before the answer may have delivered. Mail programs fold
two mails with one Message-ID together, but not all do, so the promise is "neither".
"""

import smtplib
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from outages.delivery.gateway import Habits, Message, OutcomeUnknown, Permanent, Promise, Temporary


class MailGateway:
    """The utility's mail server."""

    promise = Promise.NEITHER
    habits = Habits()

    def send(self, message: Message) -> str:
        """Hand one mail over; returns its Message-ID."""
        domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">") or "localhost"
        reference = f"<{message.key}@{domain}>"
        mail = EmailMessage(
            subject=message.subject,
            body=message.text,
            to=[message.recipient],
            headers={"Message-ID": reference, "Auto-Submitted": "auto-generated"},
        )
        server = get_connection()
        try:
            # By itself, for until it is open nothing can have been accepted.
            server.open()
        except (smtplib.SMTPException, OSError) as error:
            raise Temporary(type(error).__name__) from error
        mail.connection = server
        try:
            mail.send()
        except (smtplib.SMTPConnectError, smtplib.SMTPHeloError, ConnectionRefusedError) as error:
            raise Temporary(type(error).__name__) from error
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _text in error.recipients.values()]
            if all(400 <= code < 500 for code in codes):
                msg = f"refused {codes}"
                raise Temporary(msg) from error
            msg = f"refused {codes}"
            raise Permanent(msg) from error
        except smtplib.SMTPResponseException as error:
            refused = Temporary if 400 <= error.smtp_code < 500 else Permanent
            msg = f"status {error.smtp_code}"
            raise refused(msg) from error
        except (ValueError, smtplib.SMTPNotSupportedError) as error:
            # No mail can be written to it: a line break, a script that the server does not know.
            msg = "no address"
            raise Permanent(msg) from error
        except (smtplib.SMTPException, OSError) as error:
            raise OutcomeUnknown(type(error).__name__) from error
        finally:
            _hang_up(server)
        return reference

    def find(self, message: Message, *, since: datetime) -> str | None:
        """Nobody can ask a mail server; never called for this promise."""
        msg = f"mail cannot be asked for {message.key} of {since}"
        raise Temporary(msg)


def _hang_up(server: Any) -> None:
    """Say goodbye; a server that is gone already changes nothing about the mail."""
    with suppress(smtplib.SMTPException, OSError):
        server.close()
