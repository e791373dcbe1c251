package license

// german returns the templates of a code; Reason.fill says how they are read.
func german(c Code) (text, remedy string) {
	switch c {
	case "":
		return "", "Wenden Sie sich an den Anbieter[ ({contact})]."

	// Documents and keys.
	case NotDocument:
		return "Das ist weder eine Lizenzdatei noch ein anderes Dokument, das zu einer Lizenz gehört[: {detail}].",
			"Wählen Sie die Datei so, wie der Anbieter sie geschickt hat, oder fügen Sie ihren Text von der Zeile mit BEGIN bis zur Zeile mit END ein."
	case Truncated:
		return "Das Ende des Dokuments fehlt.",
			"Kopieren Sie es noch einmal vollständig, einschließlich der Zeile mit END, oder laden Sie es erneut herunter."
	case Damaged:
		return "Der Text des Dokuments wurde unterwegs verändert und ist nicht mehr lesbar. Mit dem Computer und seiner Hardware hat das nichts zu tun.",
			"Nehmen Sie noch einmal das Original: aus der E-Mail, aus einer Sicherungskopie oder vom Anbieter[ ({contact})]. Als Anhang verschickt, bleibt es unverändert."
	case TooLarge:
		return "Das Dokument ist größer, als diese Anwendung annimmt[; höchstens {max|Byte ist|Byte sind} erlaubt].",
			"Prüfen Sie, ob die richtige Datei gewählt ist. Wenn ja, bitten Sie den Anbieter[ ({contact})] um eine kleinere."
	case Malformed:
		return "Der Inhalt des Dokuments entspricht nicht den Regeln seines Formats[ (Byte {n})][: {detail}].",
			"Bitten Sie den Anbieter[ ({contact})], das Dokument neu auszustellen, und geben Sie diese Meldung weiter."
	case TooNew:
		return "Das Dokument verwendet etwas, das diese Version der Anwendung noch nicht kennt[: {needs}].",
			"Aktualisieren Sie die Anwendung und laden Sie das Dokument dann noch einmal."
	case OtherDocument:
		return "[Dieses Dokument ist {has}; hier wird {needs} erwartet.|Das Dokument ist von anderer Art, als hier erwartet wird.]",
			"Wählen Sie eine andere Datei, oder laden Sie diese dort, wo sie hingehört."
	case OtherVendor:
		return "Das Dokument stammt von einem anderen Anbieter, als hier erwartet wird[: von {has} statt von {needs}].",
			"Wählen Sie ein Dokument vom Anbieter dieses Produkts[ ({contact})]."
	case KeyUnknown:
		return "Das Dokument ist mit einem Schlüssel signiert, den diese Anwendung nicht kennt.",
			"Bitten Sie den Anbieter[ ({contact})] um eine neuere Datei, oder aktualisieren Sie die Anwendung."
	case KeyWrongRole:
		return "Der Schlüssel, mit dem das Dokument signiert ist, gilt nicht für Dokumente dieser Art[: Er ist für {has}, nötig ist einer für {needs}].",
			"Bitten Sie den Anbieter[ ({contact})] um ein Dokument, das mit dem richtigen Schlüssel signiert ist."
	case KeyEnded:
		return "Das Dokument oder der Aktivierungsschlüssel wurde[ am {from}] nach dem letzten Tag des Schlüssels ausgestellt, mit dem signiert ist[; dieser Tag war {until}].",
			"Bitten Sie den Anbieter[ ({contact})] um eine neuere Datei, oder aktualisieren Sie die Anwendung. Was vor diesem Tag ausgestellt wurde, bleibt gültig."
	case SignatureWrong:
		return "Die Signatur und der Inhalt des Dokuments passen nicht zusammen.",
			"Verwenden Sie die Originaldatei ohne jede Änderung. Erscheint die Meldung auch dann, bitten Sie den Anbieter[ ({contact})], sie neu auszustellen."
	case KeyLength:
		return "Ein öffentlicher Schlüssel hat die falsche Länge[: {n|Byte|Byte} statt {max}].",
			"Für die Entwickler der Anwendung: den öffentlichen Schlüssel vollständig übernehmen."
	case KeyNotCanonical:
		return "Ein öffentlicher Schlüssel ist nicht in seiner einzig gültigen Form geschrieben.",
			"Für die Entwickler der Anwendung: den öffentlichen Schlüssel noch einmal aus der Schlüsseldatei des Anbieters übernehmen."
	case KeySmallOrder:
		return "Ein öffentlicher Schlüssel ist einer der wenigen schwachen, für die sich Signaturen fälschen lassen.",
			"Für die Entwickler der Anwendung: ein neues Schlüsselpaar erzeugen lassen und dessen öffentlichen Schlüssel verwenden."
	case KeyringDamaged:
		return "Die Liste der Schlüssel, denen diese Anwendung vertraut (ihr Schlüsselbund), ist nicht lesbar[; die Stelle ist in Zeile {n}].",
			"Installieren oder aktualisieren Sie die Anwendung erneut. Für ihre Entwickler: den Schlüsselbund genau so verwenden, wie er ausgestellt wurde."
	case KeyringRollback:
		return "Dieser Schlüsselbund ist älter als der verwendete[: Er hat die Version {n}, verwendet wird Version {max}].",
			"Es ist nichts zu tun: Der neuere Schlüsselbund bleibt in Gebrauch."
	case KeyringQuorum:
		return "Der neue Schlüsselbund trägt nicht genug Signaturen[: Er hat {n} von {max} nötigen].",
			"Der bisherige Schlüsselbund bleibt in Gebrauch. Bitten Sie den Anbieter[ ({contact})] um einen neuen mit allen Signaturen."
	case KeyringWaits:
		return "Eine neuere Schlüsselliste[ (Version {n})] des Anbieters wird noch nicht verwendet: Diese Lizenzen sind mit einem Schlüssel signiert, der darin fehlt[: {names}]. Sie bleiben, wie sie sind.",
			"[{?offline}Laden Sie|Prüfen Sie online, oder laden Sie] die Lizenzdateien, die der Anbieter[ ({contact})] neu signiert hat; statt eines Aktivierungsschlüssels geben Sie den neuen ein. Danach wird die Liste von selbst verwendet."

	// Typed keys.
	case NameMismatch:
		return "Der Aktivierungsschlüssel wurde für eine andere Schreibweise des Namens ausgestellt.",
			"Geben Sie den Namen genau so ein, wie er auf dem Zertifikat gedruckt ist, mit jedem Leerzeichen, jedem Punkt und jeder Abkürzung, und danach noch einmal den Schlüssel."
	case KeyNotForUs:
		return "Der Aktivierungsschlüssel gehört zu einem anderen Produkt[, nicht zu {needs}].",
			"Geben Sie ihn in dem Produkt ein, für das er ausgestellt wurde, oder nehmen Sie den Schlüssel für dieses Produkt vom Zertifikat."
	case KeyNotGenuine:
		return "Die Signatur im Aktivierungsschlüssel ließ sich nicht bestätigen.",
			"Vergleichen Sie jede Reihe des Schlüssels mit dem Zertifikat. Stimmen sie überein, bitten Sie den Anbieter[ ({contact})] um einen neuen Schlüssel."
	case EditionUnknown:
		return "Der Aktivierungsschlüssel gilt für eine Edition, die diese Version des Produkts nicht kennt[: Nummer {n}].",
			"Aktualisieren Sie die Anwendung, die die aktuellen Editionen mitbringt, und geben Sie den Schlüssel dann noch einmal ein. Andernfalls bitten Sie den Anbieter[ ({contact})] um eine Lizenzdatei."
	case UnlockUnknown:
		return "Die Lizenz auf diesem Computer enthält keine Aktualisierung, die dieser Freischaltcode öffnet.",
			"Prüfen Sie, ob der Code zu dieser Lizenz gehört und die neueste Lizenzdatei installiert ist. Wenn ja, fragen Sie den Anbieter[ ({contact})]."
	case AlreadyEntered:
		return "Das ist auf diesem Computer bereits eingegeben[{?working} und gilt][, mit {n|späteren Aktualisierung|späteren Aktualisierungen}].",
			"Eine erneute Eingabe ist nicht nötig. Wenn etwas nicht funktioniert, nennt der Status der Lizenz den Grund."
	case NameRequired:
		return "Zu einem Aktivierungsschlüssel gehört der Name des Lizenznehmers.",
			"Geben Sie den Namen, wie er auf dem Zertifikat gedruckt ist, zusammen mit dem Schlüssel ein."
	case ChallengeOther:
		return "Diese signierte Uhrzeit beantwortet einen anderen Kontrollcode als den aktuellen.",
			"Nennen Sie dem Anbieter[ ({contact})] den Kontrollcode, der jetzt angezeigt wird, und laden Sie die signierte Uhrzeit, die dazu gehört."
	case NeedsServer:
		return "[Das ist {has}. Die Verwendung|Die Verwendung dieses Schlüssels] ist nur online über den Aktivierungsserver möglich[{?offline}, und diese Anwendung wurde ohne einen eingerichtet].",
			"[{?offline}Laden Sie eine Lizenzdatei, oder geben Sie einen Aktivierungsschlüssel ein. Wenn Sie beides nicht haben, bitten Sie den Anbieter[ ({contact})] darum|Verbinden Sie diesen Computer mit dem Internet und wiederholen Sie die Eingabe. Ohne Verbindung schicken Sie dem Anbieter[ ({contact})] eine Anfragedatei; auch mit einem Aktivierungsschlüssel, der von Hand eingegeben wird, oder mit einer Lizenzdatei geht es]."
	case KeyOfOtherKind:
		return "[Das ist {has}; hier wird {needs} gebraucht.|[Das ist {has}; in dieses Feld gehört etwas anderes.|Ein Schlüssel dieser Art gehört nicht in dieses Feld.]]",
			"Geben Sie jeden Schlüssel in dem Feld ein, das für ihn vorgesehen ist[; hierher gehört {needs}]."
	case KeyNotFile:
		return "Das ist [{has}|ein Schlüssel] und keine Lizenzdatei.",
			"Geben Sie ihn in das Feld für Schlüssel ein, als würden Sie ihn vom Zertifikat abtippen."
	case ForVendor:
		return "Das ist [{has}|etwas für den Anbieter]: Es wurde für den Anbieter erzeugt und ist nicht für diese Anwendung bestimmt.",
			"Schicken Sie es dem Anbieter[ ({contact})], oder laden Sie es auf dessen Seite hoch. Laden Sie dann hier die Datei, die zurückkommt, oder geben Sie den Schlüssel ein."
	case KeyMistyped:
		return "Einige Zeichen des Schlüssels stimmen nicht[: {detail}].",
			"Vergleichen Sie den Schlüssel mit dem Original und geben Sie ihn noch einmal ein. Groß- oder Kleinbuchstaben, O oder 0, I oder 1 machen keinen Unterschied."
	case KeyIncomplete:
		return "Der Schlüssel ist nicht vollständig[; es fehlt: {detail}].",
			"Geben Sie alle Zeilen ein, in beliebiger Reihenfolge. Bei einem Aktivierungsschlüssel beginnt eine Zeile mit einer Ziffer; das ist die letzte."
	case CatalogueNeeded:
		return "Diese Anwendung kann keine Aktivierungsschlüssel lesen.",
			"Laden Sie stattdessen eine Lizenzdatei, oder aktualisieren Sie die Anwendung. Ihr Entwickler muss ihr den Katalog der Editionen mitgeben."
	case KeyUnrecognized:
		return "Das sieht nach keinem Schlüssel aus, den diese Anwendung verwenden kann.",
			"Geben Sie den Schlüssel so ein, wie er gedruckt ist: Reihen aus fünf Gruppen mit je fünf Zeichen, oder zehn Ziffern."

	// Updates.
	case OtherLicense:
		return "Die Aktualisierung ist für eine andere Lizenz mit einer anderen Seriennummer.",
			"Wählen Sie die Lizenz, für die die Aktualisierung bestimmt ist, oder die Aktualisierung für diese Seriennummer."
	case LicenseReplaced:
		return "Auf diesem Computer gilt bereits eine spätere Fassung dieser Lizenz, und sie gilt weiter.",
			"Es ist nichts zu tun. Falls diese Datei sie ersetzen sollte, bitten Sie den Anbieter[ ({contact})] um eine, die alles bis heute enthält."
	case AlreadyApplied:
		return "Die Lizenz enthält diese Aktualisierung bereits.",
			"Es ist nichts weiter zu tun."
	case OutOfOrder:
		return "Die Aktualisierungen einer Lizenz werden der Reihe nach angewendet[: Dies ist Nummer {n}, als nächste folgt Nummer {max}].",
			"[{?offline}Wenden Sie die Dateien in ihrer Reihenfolge an|Prüfen Sie online, das holt alle Aktualisierungen, oder wenden Sie die Dateien in ihrer Reihenfolge an]. Bis dahin bleibt die Lizenz, wie sie ist."
	case ObtainingOver:
		return "Der Zeitraum, in dem diese Aktualisierung angewendet werden konnte, ist vorbei[; der letzte Tag war {until}].",
			"Bitten Sie den Anbieter[ ({contact})], die Aktualisierung neu auszustellen. Bis dahin bleibt die Lizenz, wie sie ist."
	case ObtainingNotYet:
		return "Der Zeitraum, in dem diese Aktualisierung angewendet werden kann, hat noch nicht begonnen[; der erste Tag ist {from}].",
			"Wenden Sie die Aktualisierung [ab {from}|später] noch einmal an, und prüfen Sie, ob das Datum dieses Computers stimmt. Bis dahin bleibt die Lizenz, wie sie ist."
	case SeatExcess:
		return "[{n|Platz ist|Plätze sind}[ für die Funktion „{feature}“] belegt, die neue Anzahl ist {max}[; {over|Platz muss|Plätze müssen} frei werden].|Es sind mehr Plätze belegt, als die Lizenz haben wird.][ Zurzeit belegt von: {names}.]",
			"Geben Sie [{over|Platz|Plätze}|die überzähligen Plätze] frei und wenden Sie die Aktualisierung noch einmal an. Bis dahin gilt die jetzige Lizenz."
	case OtherScheme:
		return "Alle Produkte einer Lizenz haben dasselbe Bindungsschema, und diese Aktualisierung bringt ein anderes[: {needs}[ statt {has}]].",
			"Bitten Sie den Anbieter[ ({contact})], die Bestellung zu teilen, damit jedes Bindungsschema eine eigene Lizenz hat."
	case UpdateRefused:
		return "Diese Aktualisierung lässt sich auf die Lizenz nicht anwenden[ (Funktion „{feature}“)][: {detail}].",
			"Bitten Sie den Anbieter[ ({contact})] um eine berichtigte Aktualisierung. Bis dahin bleibt die Lizenz, wie sie ist."
	case NothingToUpdate:
		return "Für diese Lizenz gibt es im Augenblick keine Aktualisierung.",
			"Die Lizenz bleibt, wie sie ist."
	case KindNotLowered:
		return "Eine Aktualisierung, die eine Lizenz ergänzt, kann sie nicht zu einer geringeren Art herabstufen[ (jetzt: {has}; nach der Aktualisierung: {needs})].",
			"Wenn das beabsichtigt ist, bitten Sie den Anbieter[ ({contact})] um eine Aktualisierung, die die Lizenz neu fasst."
	case ConditionsRaised:
		return "Eine Aktualisierung, die eine Lizenz ergänzt, kann keine Einschränkung hinzufügen[ (Funktion „{feature}“)].",
			"Bitten Sie den Anbieter[ ({contact})] um die Aktualisierung ohne die Einschränkung oder um eine, die die Bedingungen neu fasst."
	case LimitKindChanged:
		return "Eine Aktualisierung, die eine Lizenz ergänzt, kann die Art einer Begrenzung[ der Funktion „{feature}“] nicht ändern[: {detail}].",
			"Bitten Sie den Anbieter[ ({contact})] um eine Aktualisierung, die diese Begrenzung neu festlegt."

	// What holds of a licence.
	case NoLicense:
		return "Auf diesem Computer wurde keine Lizenz[ für {product}] gefunden.",
			"[{?offline}Geben Sie einen Aktivierungsschlüssel vom Zertifikat ein|Geben Sie die Seriennummer oder einen anderen Schlüssel vom Zertifikat ein], oder laden Sie eine Lizenzdatei."
	case OtherProduct:
		return "[Die Lizenz ist für {has}, dies hier ist {needs}.|Die Lizenz ist für ein anderes Produkt als dieses.]",
			"Laden Sie die Lizenz für dieses Produkt, oder öffnen Sie das Produkt, für das die Lizenz ist."
	case FeatureNotLicensed:
		return "[Die Funktion „{feature}“|Diese Funktion] ist in der Lizenz[ für {product}] nicht enthalten.",
			"Um sie zu nutzen, bestellen Sie sie beim Anbieter[ ({contact})] und [{?offline}laden Sie dann|prüfen Sie dann online, oder laden Sie] die mitgelieferte Datei. Alles Übrige bleibt, wie es ist."
	case LicenseProvisional:
		return "Die Lizenz ist vorläufig[ (bis {until})][{?working} und funktioniert in vollem Umfang]; die endgültige ist noch nicht da.",
			"[{?offline}Laden Sie die endgültige Lizenz, sobald der Anbieter sie schickt|Prüfen Sie in den nächsten Tagen online]. Ist die endgültige Lizenz nach drei Werktagen nicht da, wenden Sie sich an den Anbieter[ ({contact})]."
	case ProvisionalEnded:
		return "Die vorläufige Lizenz ist abgelaufen[; sie galt bis {until}].",
			"[{?offline}Geben Sie|Prüfen Sie online, ob die endgültige Lizenz da ist, geben Sie] einen Aktivierungsschlüssel ein oder laden Sie eine Lizenzdatei. Gibt es nichts davon, wenden Sie sich an den Anbieter[ ({contact})]."
	case TrialRunning:
		return "Dies ist eine Probelizenz[ bis {until}][, noch {days|Tag|Tage}].",
			"Um danach weiterzuarbeiten, bestellen Sie eine Lizenz beim Anbieter[ ({contact})]."
	case TrialEnded:
		return "Die Probezeit ist zu Ende[; ihr letzter Tag war {until}].",
			"Um weiterzuarbeiten, bestellen Sie eine Lizenz beim Anbieter[ ({contact})] und geben Sie dann den Schlüssel ein oder laden Sie die Datei."
	case NotYetValid:
		return "{subject} ist noch nicht gültig[; sie beginnt am {from}].",
			"Warten Sie [bis {from}|bis dahin], und prüfen Sie, ob das Datum dieses Computers stimmt."
	case ExpiredDate:
		return "{subject} ist abgelaufen[; sie galt bis {until}].[{?feature} Andere Funktionen sind nicht betroffen.]",
			"Bitten Sie den Anbieter[ ({contact})] um eine Verlängerung, und [{?offline}laden Sie dann|prüfen Sie dann online oder laden Sie] die neue Datei."
	case ExpiredSpan:
		return "{subject} hat ihre Laufzeit[ ({span})] erreicht[; sie endete am {until}].[{?feature} Andere Funktionen sind nicht betroffen.]",
			"Bitten Sie den Anbieter[ ({contact})] um mehr Laufzeit, und [{?offline}laden Sie dann|prüfen Sie dann online, laden Sie] die Datei oder geben Sie den Code ein."
	case RunsUsedUp:
		return "{subject} lässt keine weitere Nutzung zu[; {max|Nutzung war|Nutzungen waren} enthalten].[{?feature} Andere Funktionen sind nicht betroffen.]",
			"Bestellen Sie weitere Nutzungen beim Anbieter[ ({contact})]; eine Aktualisierung fügt sie der Lizenz hinzu."
	case TooFewRuns:
		return "{subject} lässt noch {n|Nutzung|Nutzungen} zu; verlangt {max|wurde|wurden}. Es wurde keine verbraucht.",
			"Teilen Sie den Vorgang auf, oder bestellen Sie weitere Nutzungen beim Anbieter[ ({contact})]; eine Aktualisierung fügt sie der Lizenz hinzu."
	case AboutToExpire:
		return "{subject} läuft bald ab[: Sie gilt bis {until}][, noch {days|Tag|Tage}].",
			"Verlängern Sie rechtzeitig beim Anbieter[ ({contact})]. Bis dahin gilt sie."
	case MaintenanceKept:
		return "Die Wartung[ von {product}] ist ausgelaufen[; sie lief bis {until}].[{?working} Diese Version läuft weiter.] Neuere Versionen sind nicht abgedeckt.",
			"Für diese Version ist nichts zu tun. Für neuere verlängern Sie die Wartung beim Anbieter[ ({contact})]."
	case MaintenanceStopped:
		return "Die Wartung[ von {product}] ist ausgelaufen[; sie lief bis {until}]. Diese Lizenz gilt nur, solange die Wartung läuft.",
			"Verlängern Sie die Wartung beim Anbieter[ ({contact})] und [{?offline}laden Sie|prüfen Sie online, oder laden Sie] die neue Datei; dann läuft das Produkt wieder."
	case VersionNotCovered:
		return "Die Lizenz deckt die laufende Version[ {has}] nicht ab.[ Abgedeckt sind Versionen bis {needs}.][ Die Wartung umfasst Versionen, die bis {until} erschienen sind.] Mit einem Ablauf der Lizenz hat das nichts zu tun.",
			"Installieren Sie eine abgedeckte Version, oder [{?until}verlängern Sie die Wartung|bestellen Sie die neuere Version] beim Anbieter[ ({contact})]."
	case VersionUnknown:
		return "Die Lizenz deckt Versionen [bis {needs}|bis zu einer bestimmten] ab, und dieses Programm kennt seine eigene Version nicht[: „{has}“ ist keine Versionsnummer].",
			"Installieren Sie eine veröffentlichte Version der Anwendung. Für deren Entwickler: Bauen Sie sie mit einer Version wie 4.2.0."
	case HardwareDrift:
		return "Teile dieses Computers wurden ersetzt[: {names}].[{?working} Die Lizenz funktioniert weiter.][ Genutzte Änderungen: {n} von {max}.]",
			"Es ist nichts zu tun. Wird die Lizenz noch einmal aktiviert, merkt sie sich die jetzigen Teile."
	case HardwareChanged:
		return "Dieser Computer stimmt nicht mit dem überein, an den die Lizenz gebunden ist[; abweichend: {names}].",
			"Ist es derselbe Computer mit anderen Teilen, deaktivieren Sie die Lizenz hier, und aktivieren Sie sie neu; kommt sie von einem anderen Computer, deaktivieren Sie sie zuerst dort. Ist das nicht möglich, wenden Sie sich an den Anbieter[ ({contact})]."
	case HardwareUnreadable:
		return "Etwas, woran die Lizenz gebunden ist, lässt sich auf diesem Computer nicht lesen[: {names}]. Das heißt nicht, dass es sich geändert hat.",
			"Geben Sie der Anwendung das Recht, es zu lesen, starten Sie den Systemdienst, der es meldet, und versuchen Sie es noch einmal. In einem Container bitten Sie den Anbieter[ ({contact})] um eine Bindung an etwas, das dort lesbar ist."
	case BindingDamaged:
		return "Die Angaben der Lizenz zu dem Computer, an den sie gebunden ist, sind nicht verständlich.",
			"Aktualisieren Sie die Anwendung. Bleibt die Meldung, bitten Sie den Anbieter[ ({contact})], die Lizenz neu auszustellen."
	case BindingUnchecked:
		return "Die Lizenz ist an einen Computer gebunden, und diese Anwendung kann nicht prüfen, welcher dieser hier ist.",
			"Aktualisieren Sie die Anwendung, oder wenden Sie sich an den Anbieter[ ({contact})]. Für ihre Entwickler: Die Prüfung einer gebundenen Lizenz braucht einen Host."
	case VirtualMachineFound:
		return "{subject} darf nicht in einer virtuellen Maschine verwendet werden[; erkannt: {has}].",
			"Arbeiten Sie auf einem physischen Computer, oder bitten Sie den Anbieter[ ({contact})] um eine Edition, die virtuelle Maschinen erlaubt."
	case RemoteSessionFound:
		return "{subject} darf nicht in einer Remotesitzung verwendet werden[; erkannt: {has}].",
			"Arbeiten Sie direkt am Computer, oder bitten Sie den Anbieter[ ({contact})] um eine Edition, die Remotesitzungen erlaubt."
	case PlaceUnknown:
		return "{subject} darf nur an bestimmten Orten verwendet werden, und ob dies einer davon ist, lässt sich nicht feststellen.",
			"Aktualisieren Sie die Anwendung, oder bitten Sie den Anbieter[ ({contact})] um eine Lizenz ohne diese Einschränkung."
	case SeatNotBound:
		return "[Kein Platz der Lizenz ist an {names} gebunden.|Kein Platz der Lizenz ist an diesen Benutzer gebunden.]",
			"Bitten Sie die Person, die die Lizenz verwaltet, einen Platz an [{?names}genau diese E-Mail-Adresse|die E-Mail-Adresse dieses Benutzers] zu binden."
	case ClockSetBack:
		return "Die Uhr dieses Computers wurde zurückgestellt[: Sie zeigt {now}, die letzte bekannte Zeit ist {mark}]. Bis zu 24 Stunden machen nichts aus; darüber hinaus pausieren zeitlich begrenzte Funktionen, die anderen nicht.",
			"Stellen Sie die Uhr; sobald sie richtig geht, gilt die Lizenz von selbst wieder. Ging die Uhr vorher vor, [{?offline}nennen Sie dem Anbieter[ ({contact})] den Kontrollcode dieser Anwendung, und laden Sie die signierte Uhrzeit, die zurückkommt|prüfen Sie online oder laden Sie eine signierte Uhrzeit]."
	case RestoreDetected:
		return "Die Lizenzdaten auf diesem Computer sind älter als das, woran er sich erinnert: Sie wurden zurückgespielt, entfernt oder beschädigt. Funktionen, deren Nutzungen oder Tage hier gezählt werden, warten, bis der Anbieter die Daten bestätigt hat; die anderen nicht.",
			"[{?offline}Nennen|Prüfen Sie online. Ohne Verbindung nennen] Sie dem Anbieter[ ({contact})] den Kontrollcode dieser Anwendung, und laden Sie die Datei, die zurückkommt."
	case FolderUnwritable:
		return "Die Lizenzdaten lassen sich auf diesem Computer nicht speichern[: {detail}]. Solange das so ist, wird nichts verbraucht.",
			"Geben Sie der Anwendung das Recht, in ihren Ordner zu schreiben, sorgen Sie für freien Speicherplatz und versuchen Sie es noch einmal."
	case NoHomeFolder:
		return "Für die Lizenzdaten gibt es keinen Ordner, weil dieser Benutzer kein Benutzerverzeichnis hat[ ({detail})]. Solange das so ist, wird nichts verbraucht.",
			"Starten Sie die Anwendung als Benutzer mit einem Benutzerverzeichnis: Setzen Sie die Umgebungsvariable HOME, unter Windows AppData. Für die Entwicklung: oder Options.Dir angeben."
	case LeaseGrace:
		return "Der Aktivierungsserver hat die Lizenz seit einiger Zeit nicht bestätigt.[{?working} Sie funktioniert[ bis {until}] weiter.]",
			"[{?offline}Bitten Sie den Anbieter[ ({contact})] um eine Bestätigung als Datei, und laden Sie sie[ bis {until}]|Verbinden Sie diesen Computer[ bis {until}] mit dem Internet und prüfen Sie online. Ist das nicht möglich, bitten Sie den Anbieter[ ({contact})] um eine Bestätigung als Datei]."
	case LeaseEnded:
		return "Die letzte Bestätigung des Aktivierungsservers ist abgelaufen[; sie galt bis {until}], und seitdem hat er die Lizenz nicht bestätigt.",
			"[{?offline}Bitten|Verbinden Sie diesen Computer mit dem Internet und prüfen Sie online; dann funktioniert die Lizenz wieder. Ist das nicht möglich, bitten] Sie den Anbieter[ ({contact})] um eine Datei oder einen Aktivierungsschlüssel."
	case ActivationRequired:
		return "Diese Lizenz muss auf diesem Computer aktiviert werden, bevor sie funktioniert.",
			"[{?offline}Schicken|Geben Sie die Seriennummer ein, oder schicken] Sie dem Anbieter[ ({contact})] eine Anfragedatei und laden Sie die Datei, die zurückkommt."
	case ActivationNotNeeded:
		return "[Die Lizenz {has} ist nicht beim Aktivierungsserver aktiviert und braucht das nicht.|Keine Lizenz hier ist beim Aktivierungsserver aktiviert, und keine braucht das.] Beim Server gibt es deshalb nichts zu prüfen, zurückzugeben oder zu melden.",
			"[{?working}Sie müssen nichts tun. ]Neues, etwa eine Verlängerung, kommt als Datei oder Schlüssel: Laden Sie die Datei, oder geben Sie den Schlüssel ein. Um die Lizenz auf einem anderen Computer zu nutzen, fragen Sie den Anbieter[ ({contact})]."
	case LicenseUnknown:
		return "Keine Lizenz auf diesem Computer hat die [Kennung {has}|angegebene Kennung][; die Kennungen hier: {names}].",
			"Geben Sie eine Kennung so an, wie der Lizenzstatus sie zeigt, oder keine für alle Lizenzen."
	case LicenseBlocked:
		return "Der Anbieter hat diese Lizenz gesperrt.",
			"Fragen Sie den Anbieter[ ({contact})] nach dem Grund und danach, wie sich die Sperre aufheben lässt; [{?offline}laden Sie dann|prüfen Sie dann online, oder laden Sie] die Datei, die Sie erhalten."
	case PaymentPending:
		return "Die Zahlung für diese Lizenz ist beim Anbieter noch nicht verbucht.[{?working} Was hier lizenziert ist, funktioniert [bis {until}|wie bisher] weiter.]",
			"Fragen Sie den Anbieter[ ({contact})] nach dem Stand der Zahlung; vielleicht fehlt nur noch die Buchung. Sobald die Zahlung verbucht ist, [{?offline}laden Sie|prüfen Sie online oder laden Sie] die neue Datei."

	// The exchange with the activation server.
	case ServerUnreachable:
		return "Der Aktivierungsserver war nicht erreichbar oder hat nicht richtig geantwortet[: {detail}].[{?working} Was auf diesem Computer lizenziert ist, funktioniert [bis {until}|wie bisher] weiter.]",
			"Prüfen Sie die Internetverbindung und die Proxyeinstellungen, und versuchen Sie es noch einmal. Ohne Verbindung schicken Sie dem Anbieter[ ({contact})] eine Anfragedatei, oder geben Sie einen Aktivierungsschlüssel von Hand ein."
	case NoServer:
		return "Diese Anwendung wurde ohne Aktivierungsserver eingerichtet.",
			"Laden Sie eine Lizenzdatei, geben Sie einen Aktivierungsschlüssel ein, oder schicken Sie dem Anbieter[ ({contact})] eine Anfragedatei und laden Sie die Datei, die zurückkommt. Falls es einen Server geben sollte, bitten Sie um eine Aktualisierung der Anwendung."
	case CallCancelled:
		return "Der Vorgang wurde abgebrochen, bevor er fertig war.[{?working} Was auf diesem Computer lizenziert ist, funktioniert weiter[ bis {until}| wie bisher].]",
			"Starten Sie ihn neu, wenn Sie möchten."
	case ServerInsecure:
		return "Zum Aktivierungsserver ließ sich keine sichere Verbindung herstellen. Entweder geht die Uhr dieses Computers falsch, oder unterwegs liest etwas mit, zum Beispiel eine Firewall, ein Virenschutz oder ein Proxy. Die Lizenz selbst ist nicht betroffen.",
			"Prüfen Sie Datum und Uhrzeit dieses Computers. Wenn hier eine Firewall, ein Virenschutz oder ein Proxy verschlüsselte Verbindungen öffnet, lassen Sie das zugehörige Zertifikat zu denen hinzufügen, denen dieser Computer vertraut, und versuchen Sie es noch einmal. Eine Anfragedatei an den Anbieter[ ({contact})] kommt ohne Verbindung aus."
	case KeyringMismatch:
		return "Der Aktivierungsserver und diese Anwendung haben keinen gemeinsamen Schlüssel, deshalb lässt sich die Antwort nicht prüfen[: Die Anwendung vertraut {has}][, der Server signiert mit {needs}]. Die Internetverbindung funktioniert. Es wurde nichts verbraucht, und die Lizenzen auf diesem Computer bleiben, wie sie sind.",
			"Aktualisieren Sie die Anwendung, oder nennen Sie dem Anbieter[ ({contact})] diese Schlüsselkennungen. Für die Entwickler: den Schlüsselbund einbetten, mit dem der Server gestartet wurde, oder den Server mit einem Aktivierungsschlüssel aus dem eingebetteten Schlüsselbund starten."
	case ServerBusy:
		return "Beim Aktivierungsserver sind von hier aus oder für dieses Produkt zu viele erfolglose Versuche eingegangen; er nimmt [{n|Minute|Minuten} lang|eine Zeit lang] keine weiteren an.",
			"Warten Sie so lange, vergleichen Sie den Schlüssel mit dem Zertifikat und versuchen Sie es dann noch einmal.[{?working} In der Zwischenzeit funktioniert alles, was hier lizenziert ist.]"
	case ServerRefused:
		return "Der Aktivierungsserver hat abgelehnt, und zwar aus einem Grund, den diese Version der Anwendung nicht kennt[: {detail}].",
			"Aktualisieren Sie die Anwendung und versuchen Sie es noch einmal. Bleibt die Meldung, geben Sie sie an den Anbieter[ ({contact})] weiter."
	case SerialUnknown:
		return "Unter dieser Seriennummer ist beim Anbieter kein Verkauf eingetragen.",
			"Vergleichen Sie sie mit dem Zertifikat oder der Bestellung, und prüfen Sie, ob sie von diesem Anbieter stammt. Ist sie richtig, fragen Sie den Anbieter[ ({contact})]."
	case OrderCancelled:
		return "Die Bestellung, zu der diese Lizenz gehört, wurde storniert.",
			"Falls Sie das nicht erwartet haben, fragen Sie den Anbieter[ ({contact})]; zu einer neuen Bestellung gehört eine neue Seriennummer."
	case ActivationLimit:
		return "Diese Lizenz ist bereits auf so vielen Computern aktiv, wie sie zulässt[; belegt: {n} von {max}].",
			"Deaktivieren Sie sie auf einem alten Computer, oder bitten Sie den Anbieter[ ({contact})], einen nicht mehr vorhandenen Computer freizugeben oder die Grenze anzuheben; aktivieren Sie sie dann hier noch einmal."
	case TrialUsed:
		return "Die Probezeit auf diesem Computer wurde bereits genutzt[; sie endete am {until}].",
			"Jeder Computer hat eine einzige Probezeit. Um das Produkt hier zu nutzen, bestellen Sie eine Lizenz beim Anbieter[ ({contact})] und [{?offline}laden Sie deren Datei|geben Sie deren Seriennummer ein]."
	case RequestNotAccepted:
		return "Der Aktivierungsserver hat diesen Anforderungsschlüssel nicht angenommen.",
			"Vergleichen Sie die zehn Ziffern mit dem Zertifikat, und geben Sie sie noch einmal ein, falls eine abweicht. Stimmen sie überein, bitten Sie den Anbieter[ ({contact})], der Sache nachzugehen."
	case FinalPending:
		return "Der Anbieter hat die endgültige Lizenz noch nicht freigegeben[; die nächste Prüfung ist am {from} fällig].[{?working} Die vorläufige funktioniert bis zu ihrem Ende in vollem Umfang.]",
			"[{?offline}Fragen Sie den Anbieter[ ({contact})] [ab {from}|in einigen Tagen] danach|Prüfen Sie [ab {from}|in einigen Tagen] noch einmal online]. Sonst ist nichts zu tun."
	case FinalOverdue:
		return "Die endgültige Lizenz hätte inzwischen da sein sollen.[{?working} Die vorläufige funktioniert weiter, bis sie endet.]",
			"Fragen Sie den Anbieter[ ({contact})] nach der endgültigen Lizenz, und halten Sie dazu den Anforderungsschlüssel vom Zertifikat bereit; [{?offline}laden Sie danach die Datei, die Sie erhalten|prüfen Sie danach noch einmal online]."
	case TransfersUsed:
		return "Die Lizenz lässt sich zurzeit nicht auf einen anderen Computer übertragen[; genutzte Übertragungen: {n} von {max}][; die nächste Übertragung ist ab {from} möglich].",
			"Versuchen Sie es [ab {from}|später] noch einmal, oder bitten Sie den Anbieter[ ({contact})], eine weitere Übertragung zu erlauben."
	case NotActivated:
		return "Laut Aktivierungsserver ist diese Lizenz auf diesem Computer nicht oder nicht mehr aktiviert.",
			"Um sie hier zu nutzen, [{?offline}schicken Sie dem Anbieter[ ({contact})] eine neue Anfragedatei|geben Sie ihre Seriennummer noch einmal ein. Wird das abgelehnt oder fehlt die Verbindung, wenden Sie sich an den Anbieter[ ({contact})]]."
	case BindingWeak:
		return "Dieser Computer lässt sich nicht von anderen unterscheiden, weil sich zu wenig von ihm lesen lässt[; fehlt oder ist nicht lesbar: {names}].",
			"Wo es diese Angaben gibt, geben Sie der Anwendung das Recht, sie zu lesen, und aktivieren Sie die Lizenz dann noch einmal. Ein Computer ohne sie, ein Container oder eine geklonte virtuelle Maschine braucht eine eigene, gleichbleibende Kennung; fragen Sie den Anbieter[ ({contact})], wie Sie sie bereitstellen."
	case ReplyOther:
		return "Diese Antwort gehört zu einer anderen Anfrage oder zu einer anderen Installation, oder sie wurde schon verwendet.",
			"[{?offline}Laden|Versuchen Sie es online noch einmal, oder laden] Sie die Antwort auf die neueste Anfragedatei, die hier erstellt wurde. Fehlt diese Antwort, schicken Sie dem Anbieter[ ({contact})] eine neue Anfragedatei."
	case ProofWrong:
		return "Diese Datei belegt nicht, dass ein anderer Computer die Lizenz abgegeben hat.",
			"Deaktivieren Sie die Lizenz auf dem anderen Computer, und verwenden Sie die Datei, die dabei entsteht, unverändert. Gibt es jenen Computer nicht mehr, wenden Sie sich an den Anbieter[ ({contact})]."
	case ManualNotForRequest:
		return "Ein Anforderungsschlüssel braucht den Aktivierungsserver und lässt sich deshalb nicht manuell erfassen.",
			"[{?offline}|Geben Sie den Anforderungsschlüssel online ein. ]Der manuelle Weg ist für Aktivierungsschlüssel, Freischaltcodes und Dateien gedacht; [{?offline}bitten|fehlt die Verbindung, bitten] Sie den Anbieter[ ({contact})] um etwas davon."
	case DeactivationPending:
		return "Die Lizenz wurde auf diesem Computer deaktiviert, aber der Aktivierungsserver hat das noch nicht bestätigt.",
			"[{?offline}Schicken|Prüfen Sie online, oder schicken] Sie dem Anbieter[ ({contact})] die Anfragedatei und laden Sie die Antwort. Bis zur Bestätigung zählt die Lizenz hier noch als belegt."

	// What was stored on this computer.
	case RecordDamaged:
		return "Die Lizenzdaten auf diesem Computer sind beschädigt, und auch keine frühere Kopie davon ist vollständig[ (Ordner: {detail})].",
			"Stellen Sie den Ordner aus einer Sicherungskopie wieder her, oder aktivieren Sie die Lizenz auf diesem Computer noch einmal. Wird das abgelehnt, wenden Sie sich an den Anbieter[ ({contact})]."
	case RecordForeign:
		return "Die Lizenzdaten hier wurden auf einem anderen Computer geschrieben[ (Ordner: {detail})].",
			"Aktivieren Sie die Lizenz auf diesem Computer; eine Kopie des Ordners reicht dafür nicht aus. Der andere Computer ist davon nicht betroffen."
	case RecordLocked:
		return "Die Lizenzdaten lassen sich nicht öffnen, weil die Kennung dieses Computers nicht lesbar ist[ (Ordner: {detail})]. Die Daten selbst sind unverändert.",
			"Geben Sie der Anwendung das Recht, die Kennung des Computers zu lesen, und starten Sie sie dann noch einmal."
	case RecordNotAFile:
		return "An der Stelle der Lizenzdaten liegt etwas anderes, zum Beispiel eine Verknüpfung oder ein Gerät[: {detail}].",
			"Verschieben Sie es an einen anderen Ort und starten Sie die Anwendung dann noch einmal."
	case RecordUnreadable:
		return "Die Lizenzdaten auf diesem Computer lassen sich nicht lesen[: {detail}].",
			"Geben Sie der Anwendung das Recht, sie zu lesen, prüfen Sie, ob der Datenträger verfügbar ist, und versuchen Sie es noch einmal."
	case RecordBusy:
		return "Ein anderer Prozess verwendet die Lizenzdaten und gibt sie nicht frei[ (Ordner: {detail})].",
			"Warten Sie einen Augenblick und versuchen Sie es noch einmal. Hilft das nicht, schließen Sie die anderen Fenster der Anwendung."
	case RecordRecovered:
		return "Die letzte Änderung an den Lizenzdaten ging verloren; es gilt der Stand davor.",
			"[{?offline}|Prüfen Sie online. ]Wurde kurz zuvor ein Schlüssel oder eine Datei eingegeben, wiederholen Sie das."
	case WitnessMissing:
		return "Der zweite Eintrag auf diesem Computer, der belegt, dass die Lizenzdaten die neuesten sind, fehlt.",
			"[{?offline}Tauschen|Prüfen Sie online, oder tauschen] Sie eine Datei mit dem Anbieter[ ({contact})] aus; damit sind die Daten bestätigt."
	case ClientClosed:
		return "Die Anwendung hat ihren Zugriff auf die Lizenz bereits geschlossen.",
			"Starten Sie die Anwendung noch einmal. Für ihre Entwickler: Ein Client ist nach Close nicht mehr verwendbar."
	default:
		return "", ""
	}
}

func germanWord(term string) string {
	switch term {
	case "subject":
		return "[Die Funktion „{feature}“[ von {product}]|Die Lizenz[ für {product}]]"
	case "months":
		return "{n|Monat|Monate}"
	case "days":
		return "{n|Tag|Tage}"
	case "and":
		return "und"

	case "key:serial number":
		return "eine Seriennummer"
	case "key:request key":
		return "ein Anforderungsschlüssel"
	case "key:activation key":
		return "ein Aktivierungsschlüssel"
	case "key:unlock code":
		return "ein Freischaltcode"
	case "key:installation code":
		return "ein Installationscode"
	case "key:challenge code":
		return "ein Kontrollcode"
	case "key:request file":
		return "eine Anfragedatei"

	case "document:license":
		return "eine Lizenz"
	case "document:update":
		return "eine Aktualisierung"
	case "document:catalogue":
		return "ein Katalog"
	case "document:keyring":
		return "ein Schlüsselbund"
	case "document:time":
		return "eine signierte Uhrzeit"
	case "document:request":
		return "eine Anfrage"
	case "document:reply":
		return "eine Antwort"
	case "document:receipt":
		return "eine Quittung"
	case "document:lease":
		return "eine befristete Bestätigung"
	case "document:notice":
		return "eine Mitteilung"

	case "role:license":
		return "Lizenzen"
	case "role:activation":
		return "Aktivierungen"
	case "role:root":
		return "Schlüsselbunde"

	case "kind:full":
		return "eine Volllizenz"
	case "kind:provisional":
		return "eine vorläufige Lizenz"
	case "kind:trial":
		return "eine Probelizenz"
	case "kind:test":
		return "eine Testlizenz"

	case "part:machine":
		return "Maschinenkennung"
	case "part:board":
		return "Hauptplatine"
	case "part:cpu":
		return "Prozessor"
	case "part:disk":
		return "Datenträger"
	case "part:mac":
		return "Netzwerkkarte (MAC-Adresse)"
	case "part:os":
		return "Installation des Betriebssystems"
	case "part:host":
		return "Computername"
	case "part:ip":
		return "IP-Adresse"
	case "part:user":
		return "Benutzerkonto"
	case "part:instance":
		return "Kennung der Instanz"
	case "part:tpm":
		return "Sicherheitschip (TPM)"

	case "limit:term":
		return "Laufzeit"
	case "limit:lapse of maintenance":
		return "was nach Ablauf der Wartung geschieht"
	case "limit:counting of concurrent use":
		return "Zählweise der gleichzeitigen Nutzung"

	case "place:row":
		return "Reihe"
	case "place:rows":
		return "Reihen"
	case "place:group":
		return "Gruppe"
	case "place:groups":
		return "Gruppen"
	case "place:and":
		return "und"
	default:
		return ""
	}
}
