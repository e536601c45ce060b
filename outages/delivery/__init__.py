"""The work of sending: claim due deliveries, ask the gateway, write down what it said.

gateway       one interface, and what a gateway promises about repeats
gateways      which one a channel goes through
providers     the first and the one standing by; their circuits
http          the one way to speak HTTP to the world
sms_http      SMS over HTTP
sms_tencent   SMS through a provider's own SDK
mail          e-mail through Django
wechat        a WeChat official account
wechat_calls  what the account tells us: signed, sealed, read
webhook       signed events for other programs; signatures, sealing
push          group chats and more, through apprise
opt_outs      who wants no messages, in their own words
holding       quiet hours, looked at right before sending
claims        claiming, fencing, putting off
composing     the words of a claimed row
outbox        what becomes of each claim, and what to do about an unknown outcome
shards        all channels side by side
health        how each channel fares
inbox         receipts and replies, each once
simulator     an SMS gateway for the demo and the tests, with a journal of what it received
"""
