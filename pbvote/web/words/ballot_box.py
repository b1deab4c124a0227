"""Words for the ballot box: custody, closing, opening."""

from flask_babel import lazy_gettext as _

WORDS = {
    "reason-missing": _("Give a reason"),
    "voting-not-over": _("Voting runs until %(ends)s. The box can be closed after that"),
    "voting-never-opened": _("Voting has not opened: it is too early, or the key was not tried out"),
    "voting-abandoned": _("The key to this ballot box was lost. The vote will be held again"),
    "paper-not-sealed": _("The paper batch %(batch)s is not sealed yet. Finish it, then close the box"),
    "marks-do-not-add-up": _(
        "%(marks)s people are marked as having voted, but there are %(envelopes)s envelopes. Do not go on: "
        "find out why first"
    ),
    "signing-missing-key": _("The key that signs the board is missing from the key folder. Put it back"),
    "signing-exposed-key": _(
        "The key that signs the board can be read by others on this computer. Make it readable for the "
        "server's account only"
    ),
    "key-not-made": _("The key of this round has not been made yet"),
    "key-in-use": _("The key is in use: voting has opened"),
    "key-held-by-server": _("The server holds the key of this round, so there are no key holders"),
    "key-not-abandonable": _("The box is open or destroyed already, so its key cannot be given up"),
    "key-mistyped": _("This passphrase has a slip in it. Look at each group of four letters again"),
    "key-wrong-passphrase": _("These two passphrases do not open the key. Check who is who, and which round"),
    "key-damaged-wrap": _("The key file is damaged. Put back a sound copy from a key holder’s medium"),
    "key-other-round": _("This key file belongs to another round. Put back the right one"),
    "key-other-key": _("This key file does not fit the key on the board. Put back the right one"),
    "key-other-pair": _("This key file belongs to another pair of key holders. Put back the right one"),
    "key-missing-key": _("The key file is missing from the key folder. Put back a copy from a key holder"),
    "key-exposed-key": _(
        "The key file can be read by others on this computer. Make it readable for the server's account only"
    ),
    "custodians-three": _("Choose three different key holders"),
    "custodians-two": _("Choose two different key holders, each with their own passphrase"),
    "not-a-custodian": _("Only the key holders of this round can do that"),
    "seed-before-close": _("Close the box first. The dice are thrown after that"),
    "seed-thrown": _("The dice were thrown already: %(seed)s. They are not thrown again"),
    "seed-not-digits": _("Type the digits of the dice only, %(least)s to %(most)s of them"),
    "seed-missing": _("The dice have to be on the board before the box is opened"),
    "box-opened-already": _("The box was opened already. It is opened once only"),
    "box-not-closed": _("The box is not closed yet"),
    "box-not-opened": _("The box has not been opened yet"),
    "box-destroyed": _("The envelopes and the key are destroyed, so the box cannot be opened again"),
    "second-officer-missing": _("A second officer has to be there"),
    "result-published-already": _("Version %(version)s of this result is published already"),
    "package-wrong": _("The package of this result is not right, so it is not published: %(what)s"),
    "batch-without-name": _("Give the batch a name"),
    "batch-name-taken": _("There is a batch with this name already. Choose another name"),
    "batch-sealed": _("The batch %(batch)s is sealed. Start a new one"),
    "paper-marked-already": _("This person is marked as having voted on paper already"),
    "sheet-without-mark": _("This batch has %(marks)s marks. Sheets are numbered from 1 to that"),
    "sheet-same-person": _("Somebody else has to key this sheet now"),
    "sheet-keyed-already": _("This sheet was keyed twice already, and both agree"),
    "sheet-not-settled": _("Sheet %(number)s has to be keyed by one more person before the batch is sealed"),
    "sheets-do-not-add-up": _("There are %(sheets)s keyed sheets for %(marks)s marks. Find out why first"),
    "slip-collected": _(
        "Your passphrase was shown already, and it is shown once only. If you did not see it, make a new key"
    ),
}
