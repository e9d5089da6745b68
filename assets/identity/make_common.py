#!/usr/bin/env python3
"""Makes common.bin: digests of passwords that many people choose.

The words and patterns stand below and were written for this project. Every phrase is folded as the program folds a
password before it asks (lower case, letters and digits only); of its SHA-256 the first four bytes are kept, sorted.
A random password hits one of N entries with a chance of N in four thousand million.
"""
import hashlib
import itertools
import pathlib
import struct

WORDS = """password passwort passcode secret welcome letmein admin administrator root login master access monkey dragon
sunshine princess football baseball superman batman starwars iloveyou trustno1 whatever qwerty asdfgh zxcvbn azerty
qwertz computer internet server network shackbox hamradio amateurradio radio antenna transceiver contest ionosphere
callsign morsecode shortwave summer winter spring autumn january february march april june july august september
october november december monday tuesday wednesday thursday friday saturday sunday london berlin paris america
freedom liberty michael jennifer jessica daniel thomas robert george andrew charlie matthew joshua nicole hello
hello1 changeme default guest test tester testing temp temporary user username mustang shadow killer pepper ginger
cheese chocolate banana orange purple flower butterfly diamond silver golden coffee guitar music soccer hockey
yankees eagles cowboys arsenal chelsea liverpool barcelona juventus ferrari porsche mercedes toyota yamaha kenwood
icom yaesu elecraft flexradio hallicrafters collins drake heathkit""".split()
ENDS = ["", "1", "12", "123", "1234", "12345", "123456", "1234567", "12345678", "123456789", "1234567890", "0", "00",
        "007", "01", "69", "73", "88", "99", "100", "111", "321", "4321", "54321", "abc", "abcd", "xyz", "qwerty",
        "admin", "password", "pass", "login", "2020", "2021", "2022", "2023", "2024", "2025", "2026", "2027"]
ROWS = ["qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "yxcvbnm", "azertyuiop", "qsdfghjklm", "wxcvbn",
        "1234567890", "0987654321", "1q2w3e4r5t6y7u8i9o0p", "1qaz2wsx3edc4rfv5tgb6yhn", "qazwsxedcrfvtgbyhnujm",
        "zaq12wsxcde34rfv", "qweasdzxc", "qwe123asd456zxc789", "abcdefghijklmnopqrstuvwxyz",
        "zyxwvutsrqponmlkjihgfedcba", "abcabcabcabcabc", "aabbccddeeffgghh"]
PHRASES = """thisismypassword thisisapassword thisisasecret mypasswordispassword mysecretpassword myverysecretpassword
myverylongpassword averylongpassword averylongpassphrase thisisalongpassword alongpassword fifteencharacters
ilovemywife ilovemyhusband ilovemydog ilovemycat ilovemykids ilovemyfamily iloveyouforever
iloveamateurradio ilovehamradio iamaradioamateur cqcqcqdxdxdx cqcqcqcqcqcqcqcq thequickbrownfox
thequickbrownfoxjumpsoverthelazydog onetwothreefourfive onetwothreefourfivesix tobeornottobe maytheforcebewithyou
livelongandprosper opensesameopensesame nevergonnagiveyouup loremipsumdolorsitamet helloworldhelloworld
whatismypassword iforgotmypassword idontknowmypassword passwordispassword nopasswordneeded youshallnotpass
letmeinletmein letmeinplease pleaseletmein administratorpassword adminadminadmin rootrootroot guestguestguest
welcometotheclub welcometoshackbox shackboxshackbox shackboxpassword hamradiopassword amateurradio73
seventythree73 bestregards73 makeamericagreatagain godblessamerica jesuslovesme ourfatherwhoartinheaven
inthebeginning onceuponatime happybirthday merrychristmas happynewyear""".split()


def guesses():
    yield from PHRASES
    for row in ROWS:
        for length in range(8, len(row) + 1):
            yield row[:length]
    for first, second in itertools.product(ROWS, ROWS):
        yield first + second
    for word, end in itertools.product(WORDS, ENDS):
        yield word + end
        yield word + word + end
    for first, second in itertools.permutations(WORDS, 2):
        yield first + second
    for phrase, end in itertools.product(PHRASES, ENDS):
        yield phrase + end


def main():
    found = {g for g in guesses() if len(g) >= 8}
    digests = sorted({hashlib.sha256(g.encode()).digest()[:4] for g in found})
    pathlib.Path(__file__).with_name("common.bin").write_bytes(b"".join(digests))
    print(f"{len(found)} passwords, {len(digests) * struct.calcsize('>I')} bytes")


if __name__ == "__main__":
    main()
