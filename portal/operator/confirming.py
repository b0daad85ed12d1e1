"""An upload whose encoding nobody declared: shown as it would read, confirmed with one click."""

from django.http import HttpRequest, HttpResponse, QueryDict


def with_confirmed(request: HttpRequest) -> QueryDict:
    """What was posted, with the encoding that somebody chose by how the file would read."""
    posted = request.POST.copy()
    if "confirmed" in posted:
        posted["encoding"] = str(posted["confirmed"])
    return posted


def keeping_the_file(answer: HttpResponse) -> HttpResponse:
    """A refusal goes into its own place on the page: the form keeps the file that was chosen.

    A browser empties a file field that it draws anew; without scripts it has to.
    """
    if answer.status_code == 422:
        answer["HX-Retarget"] = answer["HX-Reselect"] = "#said"
        answer["HX-Reswap"] = "outerHTML"
    return answer
