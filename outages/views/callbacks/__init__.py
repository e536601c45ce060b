"""The screens of the call-backs: the list, one of them, the rates, the opinions."""
