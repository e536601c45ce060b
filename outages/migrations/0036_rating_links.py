"""Users rate the work by a link: one row a call-back, and two doors for the public's role."""

import django.db.models.deletion
from django.db import migrations, models

CHANNELS = [("sms", "SMS"), ("phone", "telephone"), ("visit", "visit"), ("link", "rating link")]
# A link's digest, or the reference of what the public filed: no reference looks like a digest.
MAKE = """
CREATE FUNCTION public_rating_link(asked text) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT l.id
    FROM outages_ratinglink l
    JOIN outages_callback c ON c.id = l.callback_id
    LEFT JOIN outages_publicreport p ON p.report_id = c.report_id
    WHERE (l.digest = asked OR p.reference = asked) AND l.until > clock_timestamp()
    ORDER BY l.made_at DESC, l.id DESC
    LIMIT 1
$$;
REVOKE ALL ON FUNCTION public_rating_link FROM PUBLIC;
CREATE FUNCTION public_rating(asked text)
RETURNS TABLE (about text, about_en text, completed timestamptz, is_rated boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT k.name::text, k.name_en::text, c.completed_at, l.rated_at IS NOT NULL
    FROM outages_ratinglink l
    JOIN outages_callback c ON c.id = l.callback_id
    JOIN outages_workorder o ON o.id = c.order_id
    JOIN outages_ordercategory k ON k.id = o.category_id
    WHERE l.id = public_rating_link(asked)
$$;
REVOKE ALL ON FUNCTION public_rating FROM PUBLIC;
CREATE FUNCTION file_public_rating(asked text, said text, told text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE outages_ratinglink SET verdict = said, words = left(told, 300),
        rated_at = clock_timestamp()
    WHERE id = public_rating_link(asked) AND rated_at IS NULL;
    RETURN FOUND;
END;
$$;
REVOKE ALL ON FUNCTION file_public_rating FROM PUBLIC;
"""
DROP = """
DROP FUNCTION file_public_rating;
DROP FUNCTION public_rating;
DROP FUNCTION public_rating_link;
"""


class Migration(migrations.Migration):
    dependencies = [("outages", "0035_other_systems")]
    operations = [
        migrations.AlterField(
            model_name="callback",
            name="drawn_as",
            field=models.CharField(blank=True, choices=CHANNELS, max_length=5),
        ),
        migrations.AlterField(
            model_name="callback",
            name="method",
            field=models.CharField(blank=True, choices=CHANNELS, max_length=5),
        ),
        migrations.AlterField(
            model_name="callback",
            name="turned",
            field=models.CharField(
                blank=True,
                choices=[
                    ("no_mobile", "the number takes no SMS"),
                    ("not_delivered", "the SMS did not arrive"),
                    ("dissatisfied", "dissatisfied by SMS or link"),
                    ("no_reply", "no reply to the SMS"),
                    ("after_visit", "asked again after the visit"),
                    ("opted_out", "wants no SMS"),
                    ("user_called", "called before the SMS went out"),
                ],
                max_length=13,
            ),
        ),
        migrations.AlterField(
            model_name="callbacktry",
            name="method",
            field=models.CharField(choices=CHANNELS, max_length=5),
        ),
        migrations.RemoveConstraint(model_name="callbacktry", name="all_five_answered"),
        migrations.AddConstraint(
            model_name="callbacktry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("result", "reached"), _negated=True),
                    ("method__in", ["sms", "link"]),
                    models.Q(
                        models.Q(("quality", ""), _negated=True),
                        models.Q(("attitude", ""), _negated=True),
                        models.Q(("engineering", ""), _negated=True),
                        models.Q(("timeliness", ""), _negated=True),
                        models.Q(("overall", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="all_five_answered",
            ),
        ),
        migrations.CreateModel(
            name="RatingLink",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("made_at", models.DateTimeField()),
                ("until", models.DateTimeField()),
                (
                    "verdict",
                    models.CharField(
                        blank=True,
                        choices=[("satisfied", "satisfied"), ("unsatisfied", "dissatisfied")],
                        max_length=11,
                    ),
                ),
                ("words", models.CharField(blank=True, max_length=300)),
                ("rated_at", models.DateTimeField(blank=True, null=True)),
                ("taken_at", models.DateTimeField(blank=True, null=True)),
                (
                    "callback",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rating",
                        to="outages.callback",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("rated_at__isnull", False), ("taken_at__isnull", True)),
                        fields=["rated_at"],
                        name="ratings_waiting",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("rated_at__isnull", True), ("verdict", "")),
                            models.Q(
                                ("rated_at__isnull", False),
                                ("verdict__in", ["satisfied", "unsatisfied"]),
                            ),
                            _connector="OR",
                        ),
                        name="rated_says_how",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("taken_at__isnull", True),
                            ("rated_at__isnull", False),
                            _connector="OR",
                        ),
                        name="taken_was_rated",
                    ),
                ],
            },
        ),
        migrations.RunSQL(MAKE, DROP),
    ]
