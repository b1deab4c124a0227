"""The ballot box: sealed envelopes, a public board, custody of the key, and packages anyone can check.

Pure: the standard library and ``cryptography``. It knows no web and no database, and it does not know the
count. Import the part you need (``from pbvote.box import board, envelope``); this file imports nothing.
"""
