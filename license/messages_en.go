package license

// english returns the templates of a code; Reason.fill says how they are read.
func english(c Code) (text, remedy string) {
	switch c {
	case "":
		return "", "Contact the vendor[ ({contact})]."

	// Documents and keys.
	case NotDocument:
		return "This is not a licence file, nor any other document that belongs to a licence[: {detail}].",
			"Choose the file as the vendor sent it, or paste its text from the line with BEGIN to the line with END."
	case Truncated:
		return "The end of the document is missing.",
			"Copy it again in full, including the line with END, or download it once more."
	case Damaged:
		return "The text of the document was altered on its way and can no longer be read. The computer and its hardware have nothing to do with it.",
			"Take the original again: from the e-mail, from a backup copy or from the vendor[ ({contact})]. Sent as an attachment, it stays as it is."
	case TooLarge:
		return "The document is larger than this application accepts[; at most {max|byte is|bytes are} allowed].",
			"Check that the right file was chosen. If it was, ask the vendor[ ({contact})] for a smaller one."
	case Malformed:
		return "The content of the document does not follow the rules of its format[ (byte {n})][: {detail}].",
			"Ask the vendor[ ({contact})] to issue the document again, and pass this message on."
	case TooNew:
		return "The document uses something that this version of the application does not know yet[: {needs}].",
			"Update the application, then load the document again."
	case OtherDocument:
		return "[This document is {has}, but {needs} is expected here.|The document is of another kind than the one that is expected here.]",
			"Choose another file, or load this one in the place that is meant for it."
	case OtherVendor:
		return "The document comes from another vendor than the one expected here[: from {has}, not from {needs}].",
			"Choose a document from the vendor of this product[ ({contact})]."
	case KeyUnknown:
		return "The document is signed with a key that this application does not know.",
			"Ask the vendor[ ({contact})] for a newer file, or update the application."
	case KeyWrongRole:
		return "The key that signed the document may not sign documents of this kind[: it is a key for {has}, and a key for {needs} is required].",
			"Ask the vendor[ ({contact})] for a document that is signed with the right key."
	case KeyEnded:
		return "The document or activation key was issued[ on {from},] after the last day of the key that signed it[, which was {until}].",
			"Ask the vendor[ ({contact})] for a newer file, or update the application. What was issued before that day stays valid."
	case SignatureWrong:
		return "The signature and the content of the document do not belong together.",
			"Use the original file, without any changes. If the original gives the same message, ask the vendor[ ({contact})] to issue it again."
	case KeyLength:
		return "A public key has the wrong length[: {n|byte|bytes} instead of {max}].",
			"For the developer of the application: copy the public key in full."
	case KeyNotCanonical:
		return "A public key is not written in its one valid form.",
			"For the developer of the application: take the public key from the vendor's key file again."
	case KeySmallOrder:
		return "A public key is one of the few weak ones for which signatures can be forged.",
			"For the developer of the application: have a new pair of keys made, and use its public key."
	case KeyringDamaged:
		return "The list of keys that this application trusts (its keyring) cannot be read[; the problem is in line {n}].",
			"Install or update the application again. For its developer: use the keyring exactly as it was issued."
	case KeyringRollback:
		return "This keyring is older than the one in use[: it is version {n}, and version {max} is in use].",
			"Nothing has to be done: the newer keyring stays in use."
	case KeyringQuorum:
		return "The new keyring does not carry enough signatures[: it has {n} of the {max} that it needs].",
			"The present keyring stays in use. Ask the vendor[ ({contact})] for a new one with all its signatures."
	case KeyringWaits:
		return "A newer list of keys[ (version {n})] is not in use yet: these licences are signed with a key that it leaves out[: {names}]. They stay as they are.",
			"[{?offline}Load|Check online, or load] the licence files that the vendor[ ({contact})] has signed anew; instead of an activation key, enter the new one. The list is then used by itself."

	// Typed keys.
	case NameMismatch:
		return "The activation key was issued for another spelling of the licensee's name.",
			"Enter the name exactly as it is printed on the certificate, with every space, full stop and abbreviation, and then the key again."
	case KeyNotForUs:
		return "The activation key belongs to another product[, not to {needs}].",
			"Enter it in the product that it was issued for, or take the key for this product from the certificate."
	case KeyNotGenuine:
		return "The signature in the activation key could not be confirmed.",
			"Compare every row of the key with the certificate. If they agree, ask the vendor[ ({contact})] for a new key."
	case EditionUnknown:
		return "The activation key is for an edition that this version of the product does not know[: number {n}].",
			"Update the application, which brings the current editions, then enter the key again. Otherwise ask the vendor[ ({contact})] for a licence file."
	case UnlockUnknown:
		return "The licence on this computer holds no update that this unlock code opens.",
			"Check that the code belongs to this licence and that the newest licence file is installed. If so, ask the vendor[ ({contact})]."
	case AlreadyEntered:
		return "This is on this computer already[{?working}, and it is in force][, with {n|update|updates} since].",
			"It need not be entered again. If something does not work, the status of the licence says why."
	case NameRequired:
		return "An activation key needs the licensee's name with it.",
			"Enter the name as it is printed on the certificate, together with the key."
	case ChallengeOther:
		return "This signed time answers another challenge code than the present one.",
			"Give the vendor[ ({contact})] the challenge code that is shown now, and load the signed time that answers it."
	case NeedsServer:
		return "[This is {has}. It|This key] can only be used online, with the activation server[{?offline}, and this application was set up without one].",
			"[{?offline}Load a licence file, or enter an activation key. If you have neither, ask the vendor[ ({contact})] for one|Connect this computer to the internet and enter it again. Without a connection, send a request file to the vendor[ ({contact})]; an activation key that is typed in by hand or a licence file works as well]."
	case KeyOfOtherKind:
		return "[This is {has}, not {needs}.|[This is {has}, which does not belong in this field.|This kind of key does not belong in this field.]]",
			"Enter each key in the field that is meant for it[; this field is for {needs}]."
	case KeyNotFile:
		return "This is [{has}|a key], and not a licence file.",
			"Enter it in the field for keys, as if it were typed from the certificate."
	case ForVendor:
		return "This is [{has}|a document or code for the vendor]: it was made for the vendor, and is not for this application.",
			"Send it to the vendor[ ({contact})], or upload it on the vendor's page. Then load the file or enter the key that comes back."
	case KeyMistyped:
		return "Some characters of the key are not right[: {detail}].",
			"Compare the key with the original and type it again. Capital or small letters, O or 0, I or 1 make no difference."
	case KeyIncomplete:
		return "The key is not complete[; missing: {detail}].",
			"Type all of its rows, in any order. An activation key has one row that begins with a digit; that is the last one."
	case CatalogueNeeded:
		return "This application cannot read activation keys.",
			"Load a licence file instead, or update the application. Its developer has to give it the catalogue of its editions."
	case KeyUnrecognized:
		return "This does not look like any key that this application can use.",
			"Enter the key as it is printed: rows of five groups with five characters each, or ten digits."

	// Updates.
	case OtherLicense:
		return "The update is for another licence, with another serial number.",
			"Choose the licence that the update is for, or the update for this serial number."
	case LicenseReplaced:
		return "A later version of this licence is in force on this computer already, and it stays in force.",
			"There is nothing to do. If this file was meant to take its place, ask the vendor[ ({contact})] for one that contains everything up to now."
	case AlreadyApplied:
		return "The licence already contains this update.",
			"There is nothing more to do."
	case OutOfOrder:
		return "The updates of a licence are applied in their order[: this is number {n}, and number {max} comes next].",
			"[{?offline}Apply the files in their order|Check online, which fetches all updates, or apply the files in their order]. Until then the licence stays as it is."
	case ObtainingOver:
		return "The period in which this update could be applied is over[; its last day was {until}].",
			"Ask the vendor[ ({contact})] to issue the update again. Until then the licence stays as it is."
	case ObtainingNotYet:
		return "The period in which this update can be applied has not begun[; its first day is {from}].",
			"Apply the update again [from {from} on|later], and check that the date of this computer is right. Until then the licence stays as it is."
	case SeatExcess:
		return "[{n|seat is|seats are} in use[ for the feature “{feature}”], and the new number is {max}[; {over|seat has|seats have} to be released].|More seats are in use than the licence will have.][ Bound at present: {names}.]",
			"Release [{over|seat|seats}|the extra seats] and apply the update again. Until then the present licence stays in force."
	case OtherScheme:
		return "All products of a licence share one binding scheme, and this update brings another[: {needs}[ instead of {has}]].",
			"Ask the vendor[ ({contact})] to split the order, so that each binding scheme has a licence of its own."
	case UpdateRefused:
		return "This update cannot be applied to the licence[ (feature “{feature}”)][: {detail}].",
			"Ask the vendor[ ({contact})] for a corrected update. Until then the licence stays as it is."
	case NothingToUpdate:
		return "There is no update for this licence at the moment.",
			"The licence stays as it is."
	case KindNotLowered:
		return "An update that adds to a licence cannot turn it into one of a lower kind[ (now: {has}; after the update: {needs})].",
			"If that is intended, ask the vendor[ ({contact})] for an update that rewrites the licence."
	case ConditionsRaised:
		return "An update that adds to a licence cannot add a restriction[ to the feature “{feature}”].",
			"Ask the vendor[ ({contact})] for the update without the restriction, or for one that rewrites the terms."
	case LimitKindChanged:
		return "An update that adds to a licence cannot change the kind of a limit[ of the feature “{feature}”][: {detail}].",
			"Ask the vendor[ ({contact})] for an update that states this limit anew."

	// What holds of a licence.
	case NoLicense:
		return "No licence[ for {product}] was found on this computer.",
			"[{?offline}Enter an activation key from the certificate|Enter the serial number or another key from the certificate], or load a licence file."
	case OtherProduct:
		return "[The licence is for {has}, and this is {needs}.|The licence is for another product than this one.]",
			"Load the licence for this product, or open the product that the licence is for."
	case FeatureNotLicensed:
		return "[The feature “{feature}”|This feature] is not part of the licence[ for {product}].",
			"To use it, order it from the vendor[ ({contact})] and then [{?offline}load|check online, or load] the file that comes with it. Everything else stays as it is."
	case LicenseProvisional:
		return "The licence is provisional[{?working} and works in full][ until {until}]; the final one has not arrived yet.",
			"[{?offline}Load the final licence as soon as the vendor sends it|Check online in the next few days]. If the final licence is not there after three working days, contact the vendor[ ({contact})]."
	case ProvisionalEnded:
		return "The provisional licence has ended[; it was valid until {until}].",
			"[{?offline}Type|Check online for the final licence, type] in an activation key or load a licence file. If there is none, contact the vendor[ ({contact})]."
	case TrialRunning:
		return "This is a trial[ until {until}][, with {days|day|days} left].",
			"To go on after that, order a licence from the vendor[ ({contact})]."
	case TrialEnded:
		return "The trial has ended[; its last day was {until}].",
			"To go on, order a licence from the vendor[ ({contact})], then enter its key or load its file."
	case NotYetValid:
		return "{subject} is not valid yet[; it begins on {from}].",
			"Wait until [{from}|it begins], and check that the date of this computer is right."
	case ExpiredDate:
		return "{subject} has expired[; it was valid until {until}].[{?feature} Other features are not affected.]",
			"Ask the vendor[ ({contact})] for a renewal, then [{?offline}load|check online or load] the new file."
	case ExpiredSpan:
		return "{subject} has run its time[ of {span}][; it ended on {until}].[{?feature} Other features are not affected.]",
			"Ask the vendor[ ({contact})] for an extension, then [{?offline}load|check online, load] its file or enter its code."
	case RunsUsedUp:
		return "{subject} has no uses left[; {max|use was|uses were} included].[{?feature} Other features are not affected.]",
			"Order more uses from the vendor[ ({contact})]; an update adds them to the licence."
	case TooFewRuns:
		return "{subject} has {n|use|uses} left, and {max|was|were} asked for. None was used.",
			"Do it in smaller parts, or order more uses from the vendor[ ({contact})]; an update adds them to the licence."
	case AboutToExpire:
		return "{subject} ends soon[: it is valid until {until}][, {days|more day|more days}].",
			"Renew it in good time with the vendor[ ({contact})]. It works until then."
	case MaintenanceKept:
		return "The maintenance[ of {product}] has ended[; it ran until {until}].[{?working} This version keeps running.] Newer versions are not covered.",
			"Nothing has to be done for this version. For newer ones, renew the maintenance with the vendor[ ({contact})]."
	case MaintenanceStopped:
		return "The maintenance[ of {product}] has ended[; it ran until {until}]. This licence is valid only while maintenance lasts.",
			"Renew the maintenance with the vendor[ ({contact})] and [{?offline}load|check online, or load] the new file; then the product runs again."
	case VersionNotCovered:
		return "The licence does not cover the version that is running[, {has}].[ It covers versions up to {needs}.][ Its maintenance covers versions released up to {until}.] This has nothing to do with expiry.",
			"Install a version that is covered, or [{?until}renew the maintenance with|order the newer version from] the vendor[ ({contact})]."
	case VersionUnknown:
		return "The licence covers versions up to [{needs}|a certain one], and this program does not know its own version[: “{has}” is not a version number].",
			"Install a released version of the application. For its developer: build it with a version such as 4.2.0."
	case HardwareDrift:
		return "Parts of this computer have been replaced[: {names}].[{?working} The licence keeps working.][ Changes used: {n} of {max}.]",
			"Nothing has to be done. Activating the licence again records the parts that are there now."
	case HardwareChanged:
		return "This computer does not match the one that the licence is bound to[; what differs: {names}].",
			"If this is the same computer with other parts, deactivate the licence here and activate it again; if it came from another computer, deactivate it there first. If that is not possible, contact the vendor[ ({contact})]."
	case HardwareUnreadable:
		return "Some of what the licence is bound to cannot be read on this computer[: {names}]. That does not mean that it has changed.",
			"Give the application the right to read it, start the system service that reports it, and try again. In a container, ask the vendor[ ({contact})] for a binding to something that can be read there."
	case BindingDamaged:
		return "What the licence says about the computer that it is bound to cannot be understood.",
			"Update the application. If the message remains, ask the vendor[ ({contact})] to issue the licence again."
	case BindingUnchecked:
		return "The licence is bound to a computer, and this application has no means to check which one this is.",
			"Update the application, or contact the vendor[ ({contact})]. For its developer: a check of a bound licence needs a Host."
	case VirtualMachineFound:
		return "{subject} may not be used in a virtual machine[; detected: {has}].",
			"Use it on a physical computer, or ask the vendor[ ({contact})] for an edition that permits virtual machines."
	case RemoteSessionFound:
		return "{subject} may not be used in a remote session[; detected: {has}].",
			"Use it directly at the computer, or ask the vendor[ ({contact})] for an edition that permits remote sessions."
	case PlaceUnknown:
		return "{subject} may be used only in certain places, and whether this is one cannot be determined.",
			"Update the application, or ask the vendor[ ({contact})] for a licence without this restriction."
	case SeatNotBound:
		return "[No seat of the licence is bound to {names}.|No seat of the licence is bound to this user.]",
			"Ask whoever manages the licence to bind a seat to [{?names}exactly this e-mail address|the e-mail address of this user]."
	case ClockSetBack:
		return "The clock of this computer has been set back[: it shows {now}, and the last known time is {mark}]. Up to 24 hours make no difference; beyond that, features with a time limit pause, and the others do not.",
			"Set the clock; the licence returns by itself when the clock is right. If the clock was ahead before, [{?offline}show the challenge code of this application to the vendor[ ({contact})], and load the signed time that comes back|check online or load a signed time]."
	case RestoreDetected:
		return "The licence data on this computer is older than what the computer remembers: it was restored, removed or damaged. Features whose uses or days are counted here wait until the vendor has confirmed the data; the others do not.",
			"[{?offline}Show|Check online. Without a connection, show] the challenge code of this application to the vendor[ ({contact})], and load the file that comes back."
	case FolderUnwritable:
		return "The licence data cannot be stored on this computer[: {detail}]. As long as that is so, nothing is used up.",
			"Give the application the right to write to its folder and make sure that the disk has room, then try again."
	case NoHomeFolder:
		return "There is no folder for the licence data, because this user has no home folder[ ({detail})]. As long as that is so, nothing is used up.",
			"Start the application as a user with a home folder: set the environment variable HOME, on Windows AppData. For its developer: or give Options.Dir."
	case LeaseGrace:
		return "The activation server has not confirmed the licence for some time.[{?working} It keeps working[ until {until}].]",
			"[{?offline}Ask the vendor[ ({contact})] for a confirmation as a file, and load it[ by {until}]|Connect this computer to the internet and check online[ by {until}]. If that is not possible, ask the vendor[ ({contact})] for a confirmation as a file]."
	case LeaseEnded:
		return "The last confirmation by the activation server has run out[; it was valid until {until}], and the server has not confirmed the licence since.",
			"[{?offline}Ask|Connect this computer to the internet and check online; then the licence works again. If that is not possible, ask] the vendor[ ({contact})] for a file or an activation key."
	case ActivationRequired:
		return "This licence has to be activated on this computer before it works.",
			"[{?offline}Send|Enter the serial number, or send] a request file to the vendor[ ({contact})] and load the file that comes back."
	case ActivationNotNeeded:
		return "[The licence {has} is not activated with the activation server, and does not need that.|No licence here is activated with the activation server, and none needs that.] So the server has nothing to check, to give up or to report.",
			"[{?working}Nothing has to be done. ]What is new, such as a renewal, comes as a file or a key: load or enter it. To use the licence on another computer, ask the vendor[ ({contact})]."
	case LicenseUnknown:
		return "No licence on this computer has the id[ {has}| that was given][; the ids here: {names}].",
			"Give an id as the status of the licence shows it, or none for all licences."
	case LicenseBlocked:
		return "The vendor has blocked this licence.",
			"Ask the vendor[ ({contact})] why, and how the block can be lifted; then [{?offline}load|check online or load] the file that you receive."
	case PaymentPending:
		return "The vendor has not recorded the payment for this licence yet.[{?working} What is licensed here keeps working[ until {until}| as before].]",
			"Ask the vendor[ ({contact})] how the payment stands; it may only be waiting to be recorded. Once it is recorded, [{?offline}load|check online or load] the new file."

	// The exchange with the activation server.
	case ServerUnreachable:
		return "The activation server could not be reached, or did not answer properly[: {detail}].[{?working} What is licensed on this computer keeps working[ until {until}| as before].]",
			"Check the internet connection and the proxy settings, and try again. Without a connection, send a request file to the vendor[ ({contact})], or type in an activation key by hand."
	case NoServer:
		return "This application was set up without an activation server.",
			"Load a licence file, enter an activation key, or send a request file to the vendor[ ({contact})] and load the file that comes back. If there should be a server, ask for an update of the application."
	case CallCancelled:
		return "The operation was cancelled before it was finished.[{?working} What is licensed on this computer keeps working[ until {until}| as before].]",
			"Start it again when you want to."
	case ServerInsecure:
		return "No secure connection to the activation server could be made. Either the clock of this computer is wrong, or something on the way reads along, such as a firewall, an antivirus program or a proxy. The licence itself is not affected.",
			"Check the date and time of this computer. If a firewall, an antivirus program or a proxy opens encrypted connections here, have its certificate added to those that this computer trusts, and try again. A request file to the vendor[ ({contact})] needs no connection."
	case KeyringMismatch:
		return "The activation server and this application have no key in common, so its answer cannot be verified[: the application trusts {has}][, the server signs with {needs}]. The internet connection works. Nothing was used up, and the licences on this computer stay as they are.",
			"Update the application, or tell the vendor[ ({contact})] these key ids. For the developer: embed the keyring that the server was started with, or start the server with an activation key of the keyring that is embedded."
	case ServerBusy:
		return "The activation server has received too many failed attempts from here or for this product, and accepts no more [for {n|minute|minutes}|for a while].",
			"Wait that long, compare the key with the certificate, and then try again.[{?working} Meanwhile, everything that is licensed here works.]"
	case ServerRefused:
		return "The activation server declined, for a reason that this version of the application does not know[: {detail}].",
			"Update the application and try again. If the message remains, pass it on to the vendor[ ({contact})]."
	case SerialUnknown:
		return "The vendor has no sale on record under this serial number.",
			"Compare it with the certificate or the order, and check that it comes from this vendor. If it is right, ask the vendor[ ({contact})]."
	case OrderCancelled:
		return "The order that this licence belongs to was cancelled.",
			"If you did not expect that, ask the vendor[ ({contact})]; a new order comes with a new serial number."
	case ActivationLimit:
		return "This licence is already active on as many computers as it allows[; in use: {n} of {max}].",
			"Deactivate it on an old computer, or ask the vendor[ ({contact})] to release a computer that is gone or to raise the limit; then activate it here again."
	case TrialUsed:
		return "This computer has already had its trial[, which ended on {until}].",
			"Each computer has one trial. To use the product here, order a licence from the vendor[ ({contact})] and [{?offline}load its file|enter its serial number]."
	case RequestNotAccepted:
		return "The activation server did not accept this request key.",
			"Compare its ten digits with the certificate, and enter them again if any of them differs. If they agree, ask the vendor[ ({contact})] to look into it."
	case FinalPending:
		return "The vendor has not released the final licence yet[; the next check is due on {from}].[{?working} The provisional one works in full until its own end.]",
			"[{?offline}Ask the vendor[ ({contact})] for it|Check online again] [from {from} on|in a few days]. Nothing else has to be done."
	case FinalOverdue:
		return "The final licence should have arrived by now.[{?working} The provisional one keeps working until it ends.]",
			"Ask the vendor[ ({contact})] for the final licence, with the request key from the certificate at hand; then [{?offline}load the file that you receive|check online once more]."
	case TransfersUsed:
		return "The licence cannot be moved to another computer at present[; moves used: {n} of {max}][; the next move is possible from {from} on].",
			"Try again [from {from} on|later], or ask the vendor[ ({contact})] to permit one more move."
	case NotActivated:
		return "According to the activation server, this licence is not, or is no longer, activated on this computer.",
			"To use it here, [{?offline}send a new request file to the vendor[ ({contact})]|enter its serial number again. If that is refused or there is no connection, contact the vendor[ ({contact})]]."
	case BindingWeak:
		return "This computer cannot be told from others, because too little of it can be read[; missing or unreadable: {names}].",
			"Where these details are there, give the application the right to read them, then activate again. A computer that does not have them, a container or a cloned virtual machine needs an identity of its own that stays the same; ask the vendor[ ({contact})] how to provide it."
	case ReplyOther:
		return "This reply belongs to another request or to another installation, or it has been used already.",
			"[{?offline}Load|Try again online, or load] the reply to the newest request file that was created here. If that reply is missing, send a new request file to the vendor[ ({contact})]."
	case ProofWrong:
		return "This file does not prove that another computer has given the licence up.",
			"Deactivate the licence on the other computer, and use the file that this creates, unchanged. If that computer is gone, contact the vendor[ ({contact})]."
	case ManualNotForRequest:
		return "A request key needs the activation server, and so cannot be entered the manual way.",
			"[{?offline}|Enter the request key online. ]The manual way is for activation keys, unlock codes and files; [{?offline}ask|without a connection, ask] the vendor[ ({contact})] for one of those."
	case DeactivationPending:
		return "The licence has been deactivated on this computer, and the activation server has not confirmed that yet.",
			"[{?offline}Send|Check online, or send] the request file to the vendor[ ({contact})] and load the reply. Until that is confirmed, the licence still counts as in use here."

	// What was stored on this computer.
	case RecordDamaged:
		return "The licence data on this computer is damaged, and no earlier copy of it is whole[ (folder: {detail})].",
			"Put the folder back from a backup copy, or activate the licence on this computer once more. If that is refused, contact the vendor[ ({contact})]."
	case RecordForeign:
		return "The licence data here was written on another computer[ (folder: {detail})].",
			"Activate the licence on this computer; a copy of the folder is not enough for that. The other computer is not affected."
	case RecordLocked:
		return "The licence data cannot be opened, because the id of this computer cannot be read[ (folder: {detail})]. The data itself is untouched.",
			"Give the application the right to read the id of the computer, then start it again."
	case RecordNotAFile:
		return "Something else is in the place of the licence data, such as a link or a device[: {detail}].",
			"Move it to another place, then start the application again."
	case RecordUnreadable:
		return "The licence data on this computer cannot be read[: {detail}].",
			"Give the application the right to read it, check that the disk is available, and try again."
	case RecordBusy:
		return "Another process is using the licence data and does not release it[ (folder: {detail})].",
			"Wait a moment and try again. If that does not help, close the other windows of the application."
	case RecordRecovered:
		return "The last change to the licence data was lost, and the state before it is in force.",
			"[{?offline}|Check online. ]If a key or a file was entered shortly before, enter it again."
	case WitnessMissing:
		return "The second entry on this computer that proves the licence data to be the newest is missing.",
			"[{?offline}Exchange|Check online, or exchange] a file with the vendor[ ({contact})]; that confirms the data."
	case ClientClosed:
		return "The application has already closed its access to the licence.",
			"Start the application again. For its developer: a client cannot be used after Close."
	default:
		return "", ""
	}
}

func englishWord(term string) string {
	switch term {
	case "subject":
		return "[The feature “{feature}”[ of {product}]|The licence[ for {product}]]"
	case "months":
		return "{n|month|months}"
	case "days":
		return "{n|day|days}"
	case "and":
		return "and"

	case "key:serial number":
		return "a serial number"
	case "key:request key":
		return "a request key"
	case "key:activation key":
		return "an activation key"
	case "key:unlock code":
		return "an unlock code"
	case "key:installation code":
		return "an installation code"
	case "key:challenge code":
		return "a challenge code"
	case "key:request file":
		return "a request file"

	case "document:license":
		return "a licence"
	case "document:update":
		return "an update"
	case "document:catalogue":
		return "a catalogue"
	case "document:keyring":
		return "a keyring"
	case "document:time":
		return "a signed time"
	case "document:request":
		return "a request"
	case "document:reply":
		return "a reply"
	case "document:receipt":
		return "a receipt"
	case "document:lease":
		return "a lease"
	case "document:notice":
		return "a notice"

	case "role:license":
		return "licences"
	case "role:activation":
		return "activations"
	case "role:root":
		return "keyrings"

	case "kind:full":
		return "a full licence"
	case "kind:provisional":
		return "a provisional licence"
	case "kind:trial":
		return "a trial licence"
	case "kind:test":
		return "a test licence"

	case "part:machine":
		return "machine id"
	case "part:board":
		return "mainboard"
	case "part:cpu":
		return "processor"
	case "part:disk":
		return "disk"
	case "part:mac":
		return "network card (MAC address)"
	case "part:os":
		return "operating system installation"
	case "part:host":
		return "computer name"
	case "part:ip":
		return "IP address"
	case "part:user":
		return "user account"
	case "part:instance":
		return "instance identity"
	case "part:tpm":
		return "security chip (TPM)"

	case "limit:term":
		return "term"
	case "limit:lapse of maintenance":
		return "what happens when maintenance ends"
	case "limit:counting of concurrent use":
		return "how concurrent use is counted"

	case "place:row":
		return "row"
	case "place:rows":
		return "rows"
	case "place:group":
		return "group"
	case "place:groups":
		return "groups"
	case "place:and":
		return "and"
	default:
		return ""
	}
}
