"""Training's screens (manual 3.2): classes, declarations, publicity by person, completion, disbursement."""

from app.programmes.training.views.claims import CLAIM_VIEWS
from app.programmes.training.views.classes import ClassReviewView, ClassView
from app.programmes.training.views.completion import CompletionReviewView, CompletionView
from app.programmes.training.views.declaration import DeclarationView, TrainingApplicationView
from app.programmes.training.views.projects import ProjectView

VIEWS = (
    ClassView,
    ClassReviewView,
    DeclarationView,
    TrainingApplicationView,
    *CLAIM_VIEWS,
    CompletionView,
    CompletionReviewView,
    ProjectView,
)
