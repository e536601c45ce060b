"""The work of sending: claim due deliveries, ask the gateway, write down what it said.

gateway       one interface, and what a gateway promises about repeats
gateways      which one a channel goes through
sms_http      SMS over HTTP
mail          e-mail through Django
outbox        claiming, fencing, back-off, and what to do about an unknown outcome
simulator     an SMS gateway for the demo and the tests, with a journal of what it received
"""
