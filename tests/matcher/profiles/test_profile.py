"""What a question asks for where nobody says."""

from datetime import date

from matcher.profiles.profile import MatchRequest, Profile


def test_twenty_measures_are_shown_where_nobody_says_how_many(engine):
    request = MatchRequest(profile=Profile(city="合肥", sector=("生物制造",)), on=date(2025, 6, 1))
    assert len(engine.match(request).recommendations) == 20
