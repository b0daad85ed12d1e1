from healthcare.accounts.models.hospital_staff import HospitalStaff
from healthcare.accounts.models.personal_token import PersonalToken
from healthcare.accounts.models.user import Role, User

__all__ = ["HospitalStaff", "PersonalToken", "Role", "User"]
