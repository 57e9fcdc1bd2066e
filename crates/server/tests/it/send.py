# Hands the mail on standard input to the mail server at a port of this machine, as mail programs do.
import smtplib
import sys

port, sender, recipient = sys.argv[1:]
options = ["BODY=8BITMIME"] + ([] if (sender + recipient).isascii() else ["SMTPUTF8"])
with smtplib.SMTP("127.0.0.1", int(port), timeout=30) as server:
    server.ehlo("client.customer.test")
    server.sendmail(sender, recipient, sys.stdin.buffer.read(), mail_options=options)
