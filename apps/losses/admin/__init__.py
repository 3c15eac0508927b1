"""Lost passports at the desk: a list of the post's own, and a page with one form per act that is possible now."""

from apps.losses.admin.registers import CertificateTermAdmin, IssuingAuthorityAdmin
from apps.losses.admin.reports import LossReportAdmin

__all__ = ["CertificateTermAdmin", "IssuingAuthorityAdmin", "LossReportAdmin"]
