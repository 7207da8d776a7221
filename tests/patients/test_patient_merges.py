"""Two charts of one person become one, and come apart again."""

from datetime import date

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from clinic.errors import Conflict, Malformed, RuleBroken
from patients.models import Contraindication, Lesion, Patient, PatientMerge, SkinProfile
from patients.selectors.patient_rows import patient_keys
from patients.selectors.records import PatientMerged, found, patients_visible_to
from patients.selectors.search import patients_found
from patients.services.patient_merges import merge_patients, preview_merge
from tests.factories import a_lesion, a_patient, a_user
from tests.factories_merges import NOW, a_finding, a_manager, all_rows, merged, parted, some_skin, two_patients

pytestmark = pytest.mark.django_db
REFERENCES = """
SELECT c.conrelid::regclass::text || '.' || a.attname
  FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
 WHERE c.contype = 'f' AND c.confrelid = 'patients_patient'::regclass AND cardinality(c.conkey) = 1
"""
GUARDED = """
SELECT t.tgrelid::regclass::text || '.' || a.attname
  FROM pg_trigger t JOIN pg_attribute a ON a.attrelid = t.tgrelid
 WHERE t.tgname = a.attname || %s AND t.tgenabled = 'O'
"""


def column(statement: str, *values) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return {row[0] for row in cursor.fetchall()}


def sql(statement: str, *values) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def refused_as(write) -> str:
    """The constraint that refuses what is written past all services."""

    @transaction.atomic
    def written_and_checked() -> None:
        write()
        sql("SET CONSTRAINTS ALL IMMEDIATE")

    with pytest.raises(DatabaseError) as refused:
        written_and_checked()
    return refused.value.__cause__.diag.constraint_name


class TestNoTableIsForgotten:
    def test_every_reference_to_a_patient_in_postgresql_is_a_key_that_moves(self):
        merges = {"patients_patientmerge.duplicate_id", "patients_patientmerge.into_id"}

        assert {key.label for key in patient_keys()} == column(REFERENCES) - merges

    @pytest.mark.parametrize("guard", ["_is_kept", "_is_of_a_lasting_patient"])
    def test_every_key_of_another_table_is_guarded(self, guard):
        keys = {key.label for key in patient_keys()} - {"patients_patient.merged_into_id"}

        assert keys == column(GUARDED, guard)

    def test_histories_keep_whose_they_were(self):
        assert not [key for key in patient_keys() if key.table.endswith("event")]

    def test_all_apps_are_asked(self):
        assert {key.model._meta.app_label for key in patient_keys()} == {"patients", "treatments", "appointments"}


class TestMerge:
    def test_moves_the_rows_and_names_them(self):
        duplicate, into = two_patients()
        lesions = [a_lesion(duplicate), a_lesion(duplicate)]

        merge = merged(duplicate, into)

        assert set(Lesion.objects.filter(patient=into)) == set(lesions)
        assert merge.moved == {"patients_lesion.patient_id": sorted(str(lesion.pk) for lesion in lesions)}

    def test_leaves_the_lasting_patient_as_they_are(self):
        duplicate, into = two_patients(phone="+16145550100")
        before = Patient.objects.filter(pk=into.pk).values().get()

        merged(duplicate, into)

        assert Patient.objects.filter(pk=into.pk).values().get() == before

    def test_says_who_and_why(self):
        manager, (duplicate, into) = a_manager(), two_patients()

        merge = merged(duplicate, into, actor=manager, reason="registered twice")

        assert (merge.merged_by, merge.reason, merge.merged_at) == (manager, "registered twice", NOW)

    def test_leaves_the_history_of_whose_the_row_was(self):
        duplicate, into = two_patients()
        lesion = a_lesion(duplicate)

        merged(duplicate, into)

        told = lesion.history.order_by("pgh_id").values_list("patient", flat=True)
        assert list(told) == [duplicate.pk, into.pk]

    def test_refuses_a_patient_and_themselves(self):
        patient = a_patient()

        with pytest.raises(Malformed):
            merge_patients(actor=a_manager(), duplicate=patient, into=patient, reason="same", now=NOW)

    def test_refuses_other_birth_dates_and_names_until_they_are_acknowledged(self):
        duplicate, into = a_patient(given_name="Grace", family_name="Hopper", birth_date=date(1970, 1, 20)), a_patient()

        with pytest.raises(RuleBroken) as refused:
            merge_patients(actor=a_manager(), duplicate=duplicate, into=into, reason="same", now=NOW)

        assert [reason.code for reason in refused.value.reasons] == ["birth_dates_differ", "names_differ"]

    def test_goes_on_when_all_is_acknowledged(self):
        duplicate, into = a_patient(given_name="Grace", family_name="Hopper", birth_date=date(1970, 1, 20)), a_patient()
        told = ["birth_dates_differ", "names_differ"]

        merge_patients(actor=a_manager(), duplicate=duplicate, into=into, reason="same", acknowledged=told, now=NOW)

        duplicate.refresh_from_db()
        assert duplicate.merged_into == into

    @pytest.mark.parametrize("again", ["duplicate", "into"])
    def test_refuses_who_is_merged_already(self, again):
        duplicate, into = two_patients()
        merged(duplicate, into)
        pair = {"duplicate": a_patient(), "into": a_patient()} | {again: duplicate}

        with pytest.raises(PatientMerged) as refused:
            merge_patients(actor=a_manager(), reason="same", now=NOW, **pair)

        assert str(into.pk) in refused.value.reasons[0].mend

    def test_takes_earlier_duplicates_along(self):
        first, second = two_patients()
        third = a_patient()
        merged(first, second)

        merged(second, third)

        first.refresh_from_db()
        assert first.merged_into == third


class TestSkin:
    def test_of_the_duplicate_goes_on_where_there_is_no_other(self):
        duplicate, into = two_patients()
        profile = some_skin(duplicate, "keloid")

        merged(duplicate, into)

        profile.refresh_from_db()
        assert profile.patient == into

    def test_has_the_contraindications_of_both(self):
        duplicate, into = two_patients()
        some_skin(duplicate, "keloid", "herpes")
        kept = some_skin(into, "herpes", "pregnant", since=date(2026, 11, 1))

        merged(duplicate, into)

        told = kept.contraindications.order_by("code").values_list("code", flat=True)
        assert list(told) == ["herpes", "herpes", "keloid", "pregnant"]

    def test_is_of_the_stricter_type(self):
        duplicate, into = two_patients()
        some_skin(duplicate, fitzpatrick=5, sensitive=True, oily=True)
        kept = some_skin(into, fitzpatrick=2)

        merged(duplicate, into)

        kept.refresh_from_db()
        assert (kept.fitzpatrick, kept.sensitive, kept.oily) == (5, True, True)

    def test_keeps_the_later_end_of_what_both_have_from_the_same_day(self):
        duplicate, into = two_patients()
        some_skin(duplicate, "isotretinoin")
        kept = some_skin(into, "isotretinoin")
        kept.contraindications.update(until=date(2027, 1, 1))

        merged(duplicate, into)

        assert list(kept.contraindications.values_list("until", flat=True)) == [None]

    def test_is_given_back_as_it_was(self):
        duplicate, into = two_patients()
        some_skin(duplicate, "isotretinoin", "keloid", fitzpatrick=5)
        some_skin(into, "isotretinoin", fitzpatrick=2).contraindications.update(until=date(2027, 1, 1))
        before = all_rows()
        merged(duplicate, into)

        parted(duplicate)

        assert all_rows() == before

    def test_that_somebody_corrected_since_stays_corrected(self):
        duplicate, into = two_patients()
        some_skin(duplicate, fitzpatrick=5)
        kept = some_skin(into, fitzpatrick=2)
        merged(duplicate, into)
        SkinProfile.objects.filter(pk=kept.pk).update(fitzpatrick=4)

        parted(duplicate)

        kept.refresh_from_db()
        assert kept.fitzpatrick == 4


class TestPreview:
    def test_writes_nothing(self):
        duplicate, into = two_patients()
        a_lesion(duplicate)
        some_skin(duplicate, "keloid", fitzpatrick=5)
        some_skin(into, "herpes", fitzpatrick=2)
        user, before = a_user(), all_rows()

        preview_merge(actor=user, duplicate=duplicate, into=into, now=NOW)

        assert all_rows() == before
        assert not PatientMerge.objects.exists()

    def test_tells_what_then_happens(self):
        duplicate, into = two_patients()
        a_lesion(duplicate)
        some_skin(duplicate, "keloid", fitzpatrick=5)
        some_skin(into, "herpes", fitzpatrick=2)

        told = preview_merge(actor=a_user(), duplicate=duplicate, into=into, now=NOW)

        merge = merged(duplicate, into)
        assert (told.moves, told.changes) == (merge.moved, merge.changed)

    def test_tells_what_is_to_be_acknowledged_and_what_is_to_be_known(self):
        duplicate, into = two_patients(birth_date=date(1990, 7, 5), email="other@example.org")
        some_skin(duplicate)
        some_skin(into)

        told = preview_merge(actor=a_user(), duplicate=duplicate, into=into, now=NOW)

        severities = {one.code: one.severity for one in told.warnings}
        assert severities == {"birth_dates_differ": "warn", "contacts_differ": "info", "skin_profiles_join": "info"}


class TestUndo:
    def test_leaves_with_the_lasting_patient_what_is_theirs_and_what_came_since(self):
        duplicate, into = two_patients()
        theirs, own = a_lesion(duplicate), a_lesion(into)
        merged(duplicate, into)
        since = a_lesion(into)

        parted(duplicate)

        assert list(Lesion.objects.filter(patient=duplicate)) == [theirs]
        assert set(Lesion.objects.filter(patient=into)) == {own, since}

    def test_can_be_followed_by_another_merge(self):
        duplicate, into = two_patients()
        a_lesion(duplicate)
        merged(duplicate, into)
        parted(duplicate)

        merged(duplicate, into)

        assert Lesion.objects.filter(patient=into).count() == 1

    def test_refuses_who_was_not_merged(self):
        with pytest.raises(Conflict) as refused:
            parted(a_patient())

        assert refused.value.code == "not_merged"

    def test_refuses_a_second_time(self):
        duplicate, into = two_patients()
        merged(duplicate, into)
        parted(duplicate)

        with pytest.raises(Conflict):
            parted(duplicate)

    def test_waits_for_the_undoing_of_a_later_merge(self):
        first, second = two_patients()
        third = a_patient()
        merged(first, second)
        merged(second, third)

        with pytest.raises(Conflict) as refused:
            parted(first)

        assert refused.value.code == "later_merge_first"

    def test_gives_earlier_duplicates_back(self):
        first, second = two_patients()
        third = a_patient()
        merged(first, second)
        merged(second, third)

        parted(second)

        first.refresh_from_db()
        assert first.merged_into == second

    def test_refuses_a_finding_that_joins_lesions_of_both(self):
        duplicate, into = two_patients()
        lesions = a_lesion(duplicate), a_lesion(into)
        merged(duplicate, into)
        finding = a_finding(*lesions)

        with pytest.raises(Conflict) as refused:
            parted(duplicate)

        assert [(one.code, one.resource) for one in refused.value.reasons] == [("stands_on_both", str(finding.pk))]

    def test_refuses_a_finding_of_since_about_a_lesion_that_goes_back(self):
        duplicate, into = two_patients()
        lesion = a_lesion(duplicate)
        merged(duplicate, into)
        finding = a_finding(lesion)

        with pytest.raises(Conflict) as refused:
            parted(duplicate)

        assert [(one.code, one.resource) for one in refused.value.reasons] == [("stands_on_both", str(finding.pk))]


class TestAMergedPatient:
    @pytest.fixture
    def pair(self):
        duplicate, into = two_patients()
        merged(duplicate, into)
        duplicate.refresh_from_db()
        return duplicate, into

    def test_is_found_by_nobodys_search(self, pair):
        assert list(patients_found(a_user(), "lovelace")) == [pair[1]]

    def test_is_refused_for_whatever_is_new(self, pair):
        with pytest.raises(PatientMerged):
            found(patients_visible_to(a_user()), pair[0].pk)

    def test_takes_no_new_row(self, pair):
        assert refused_as(lambda: a_lesion(pair[0])) == "merged_patient_takes_nothing_new"

    def test_takes_no_skin_profile(self, pair):
        assert refused_as(lambda: some_skin(pair[0])) == "merged_patient_takes_nothing_new"

    def test_takes_no_row_of_another_patient(self, pair):
        lesion = a_lesion(pair[1])

        def write():
            sql("UPDATE patients_lesion SET patient_id = %s WHERE id = %s", pair[0].pk, lesion.pk)

        assert refused_as(write) == "row_changes_its_patient_by_a_merge"

    def test_is_not_changed(self, pair):
        def write():
            sql("UPDATE patients_patient SET given_name = 'Eve' WHERE id = %s", pair[0].pk)

        assert refused_as(write) == "merged_patient_is_not_changed"

    def test_is_not_set_free_past_an_undo(self, pair):
        def write():
            sql("UPDATE patients_patient SET merged_into_id = NULL WHERE id = %s", pair[0].pk)

        assert refused_as(write) == "patient_is_merged_by_a_merge"


class TestPastAllServices:
    def test_a_row_keeps_its_patient(self):
        lesion, other = a_lesion(), a_patient()

        def write():
            sql("UPDATE patients_lesion SET patient_id = %s WHERE id = %s", other.pk, lesion.pk)

        assert refused_as(write) == "row_changes_its_patient_by_a_merge"

    def test_nobody_is_merged_without_a_merge(self):
        duplicate, into = two_patients()

        def write():
            sql("UPDATE patients_patient SET merged_into_id = %s WHERE id = %s", into.pk, duplicate.pk)

        assert refused_as(write) == "patient_is_merged_by_a_merge"

    def test_nobody_is_registered_as_merged(self):
        assert refused_as(lambda: a_patient(merged_into=a_patient())) == "patient_is_merged_by_a_merge"

    def a_merge(self, duplicate, into, moved="{}"):
        sql(
            "INSERT INTO patients_patientmerge (duplicate_id, into_id, reason, merged_by_id, merged_at, moved, changed, stamp,"
            " undo_reason) VALUES (%s, %s, 'same', %s, now(), %s, '[]', '', '')",
            duplicate.pk,
            into.pk,
            a_user().pk,
            moved,
        )

    def test_a_merge_is_carried_out_in_its_transaction(self):
        assert refused_as(lambda: self.a_merge(*two_patients())) == "patient_merge_is_carried_out"

    def test_a_merge_leaves_nothing_behind(self):
        duplicate, into = two_patients()
        a_lesion(duplicate)

        def write():
            self.a_merge(duplicate, into)
            sql("UPDATE patients_patient SET merged_into_id = %s WHERE id = %s", into.pk, duplicate.pk)

        assert refused_as(write) == "merged_patient_keeps_nothing"

    def test_a_merge_moves_no_row_that_it_does_not_name(self):
        duplicate, into = two_patients()
        lesion = a_lesion(duplicate)

        def write():
            self.a_merge(duplicate, into)
            sql("UPDATE patients_lesion SET patient_id = %s WHERE id = %s", into.pk, lesion.pk)

        assert refused_as(write) == "row_changes_its_patient_by_a_merge"

    def test_a_merge_changes_nothing_but_the_patient(self):
        duplicate, into = two_patients()
        lesion = a_lesion(duplicate)

        def write():
            self.a_merge(duplicate, into, f'{{"patients_lesion.patient_id": ["{lesion.pk}"]}}')
            sql("UPDATE patients_lesion SET patient_id = %s, depth = 'dermal' WHERE id = %s", into.pk, lesion.pk)

        assert refused_as(write) == "row_changes_its_patient_by_a_merge"

    def test_a_merge_moves_nothing_in_a_later_transaction(self):
        duplicate, into = two_patients()
        lesion = a_lesion(duplicate)
        merged(duplicate, into)
        stranger = a_patient()
        sql("SET session_replication_role = replica")
        sql("UPDATE patients_patientmerge SET stamp = '1 0'")
        sql("UPDATE patients_lesion SET patient_id = %s WHERE id = %s", stranger.pk, lesion.pk)
        sql("UPDATE patients_lesion SET patient_id = %s WHERE id = %s", duplicate.pk, lesion.pk)
        sql("SET session_replication_role = origin")

        def write():
            sql("UPDATE patients_lesion SET patient_id = %s WHERE id = %s", into.pk, lesion.pk)

        assert refused_as(write) == "row_changes_its_patient_by_a_merge"

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE patients_patientmerge SET moved = '{}'",
            "UPDATE patients_patientmerge SET reason = 'another'",
            "UPDATE patients_patientmerge SET stamp = ''",
            "DELETE FROM patients_patientmerge",
            "TRUNCATE patients_patientmerge",
        ],
    )
    def test_a_merge_is_kept_as_it_was_done(self, statement):
        duplicate, into = two_patients()
        a_lesion(duplicate)
        merged(duplicate, into)

        assert refused_as(lambda: sql(statement)) == "patient_merge_is_kept"

    def test_an_undo_is_carried_out_in_its_transaction(self):
        duplicate, into = two_patients()
        merged(duplicate, into)

        def write():
            sql("UPDATE patients_patientmerge SET undone_at = now(), undone_by_id = merged_by_id, undo_reason = 'two'")

        assert refused_as(write) == "patient_merge_is_carried_out"

    def test_a_contraindication_is_on_file_once(self):
        duplicate, into = two_patients()
        some_skin(duplicate, "keloid")
        some_skin(into, "keloid")

        merged(duplicate, into)

        assert Contraindication.objects.filter(profile__patient=into).count() == 1
        assert apps.get_model("patients", "Contraindication").objects.count() == 2
