"""What a case is: application, claim, account, attachment, notice, payment list, their states and numbers."""
