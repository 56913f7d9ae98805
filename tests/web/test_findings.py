"""What a rule found, as the clerk reads it."""

from tests.desk.clerks import QINGYANG, HiringDesk, uscc_of


def test_the_programme_of_another_claim_is_named_in_words(demo_app, demo_files):
    clerk = HiringDesk(demo_app, "clerk")
    clerk.hand_in(demo_files, "1-good.xlsx")
    neighbour = HiringDesk(demo_app, "clerk_b")
    second = neighbour.open_application(uscc_of(demo_files, "6-qingyang.xlsx"), QINGYANG)
    neighbour.check(second, demo_files / "6-qingyang.xlsx")
    page = neighbour.get(f"/hiring/applications/show/{second}")
    assert "[C-04] 此人已申请或享受“一次性吸纳就业补贴”" in page
    assert "“hiring_subsidy”" not in page
