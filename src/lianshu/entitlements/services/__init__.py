"""Publishing policies, evaluating them, keeping decisions, hearing what firms say of them."""
