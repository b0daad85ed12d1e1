"""What people see: pages for clinicians, members, operators' staff and the support desk."""
