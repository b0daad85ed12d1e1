from healthcare.accounts.models.cache_entry import CacheEntry
from healthcare.accounts.models.external_identity import ExternalIdentity
from healthcare.accounts.models.hospital_staff import HospitalStaff
from healthcare.accounts.models.identity_provider import IdentityProvider
from healthcare.accounts.models.personal_token import PersonalToken
from healthcare.accounts.models.session import Method, Session
from healthcare.accounts.models.user import MUST_HAVE_SECOND_FACTOR, Role, User

__all__ = [
    "MUST_HAVE_SECOND_FACTOR",
    "CacheEntry",
    "ExternalIdentity",
    "HospitalStaff",
    "IdentityProvider",
    "Method",
    "PersonalToken",
    "Role",
    "Session",
    "User",
]
