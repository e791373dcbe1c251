package license

// swedish returns the templates of a code; Reason.fill says how they are read.
func swedish(c Code) (text, remedy string) {
	switch c {
	case "":
		return "", "Kontakta leverantören[ ({contact})]."

	// Documents and keys.
	case NotDocument:
		return "Det här är varken en licensfil eller något annat dokument som hör till en licens[: {detail}].",
			"Välj filen så som leverantören skickade den, eller klistra in texten från raden med BEGIN till raden med END."
	case Truncated:
		return "Slutet av dokumentet saknas.",
			"Kopiera hela dokumentet igen, även raden med END, eller ladda ner det på nytt."
	case Damaged:
		return "Dokumentets text har ändrats på vägen och går inte längre att läsa. Det har inget med datorn eller dess maskinvara att göra.",
			"Ta originalet igen: från e-postmeddelandet, från en säkerhetskopia eller från leverantören[ ({contact})]. Som bifogad fil förblir det oförändrat."
	case TooLarge:
		return "Dokumentet är större än vad programmet tar emot[; högst {max|byte|byte} är tillåtet].",
			"Kontrollera att rätt fil är vald. Om den är det, be leverantören[ ({contact})] om en mindre."
	case Malformed:
		return "Dokumentets innehåll följer inte formatets regler[ (byte {n})][: {detail}].",
			"Be leverantören[ ({contact})] att utfärda dokumentet på nytt och vidarebefordra det här meddelandet."
	case TooNew:
		return "Dokumentet använder något som den här versionen av programmet ännu inte känner till[: {needs}].",
			"Uppdatera programmet och läs sedan in dokumentet igen."
	case OtherDocument:
		return "[Det här dokumentet är {has}; här förväntas {needs}.|Dokumentet är av ett annat slag än det som förväntas här.]",
			"Välj en annan fil, eller läs in den här på den plats som är avsedd för den."
	case OtherVendor:
		return "Dokumentet kommer från en annan leverantör än den som förväntas här[: från {has}, inte från {needs}].",
			"Välj ett dokument från leverantören av den här produkten[ ({contact})]."
	case KeyUnknown:
		return "Dokumentet är signerat med en nyckel som programmet inte känner till.",
			"Be leverantören[ ({contact})] om en nyare fil, eller uppdatera programmet."
	case KeyWrongRole:
		return "Nyckeln som dokumentet är signerat med gäller inte för dokument av det här slaget[: den är till för {has}, och det krävs en för {needs}].",
			"Be leverantören[ ({contact})] om ett dokument som är signerat med rätt nyckel."
	case KeyEnded:
		return "Dokumentet eller aktiveringsnyckeln utfärdades[ den {from},] efter sista dagen för signeringsnyckeln[; den dagen var {until}].",
			"Be leverantören[ ({contact})] om en nyare fil, eller uppdatera programmet. Det som utfärdades före den dagen fortsätter att gälla."
	case SignatureWrong:
		return "Dokumentets signatur och innehåll hör inte ihop.",
			"Använd originalfilen utan några ändringar. Om även originalet ger det här meddelandet, be leverantören[ ({contact})] att utfärda det på nytt."
	case KeyLength:
		return "En publik nyckel har fel längd[: {n|byte|byte} i stället för {max}].",
			"Till programmets utvecklare: kopiera hela den publika nyckeln."
	case KeyNotCanonical:
		return "En publik nyckel är inte skriven i sin enda giltiga form.",
			"Till programmets utvecklare: hämta den publika nyckeln på nytt från leverantörens nyckelfil."
	case KeySmallOrder:
		return "En publik nyckel är en av de få svaga vars signaturer går att förfalska.",
			"Till programmets utvecklare: låt skapa ett nytt nyckelpar och använd dess publika nyckel."
	case KeyringDamaged:
		return "Listan över de nycklar som programmet litar på (dess nyckelring) går inte att läsa[; felet finns på rad {n}].",
			"Installera eller uppdatera programmet igen. Till dess utvecklare: använd nyckelringen precis som den utfärdades."
	case KeyringRollback:
		return "Den här nyckelringen är äldre än den som används[: den har version {n}, och version {max} används].",
			"Du behöver inte göra något: den nyare nyckelringen fortsätter att användas."
	case KeyringQuorum:
		return "Den nya nyckelringen har för få signaturer[: den har {n} av de {max} som krävs].",
			"Den nuvarande nyckelringen fortsätter att användas. Be leverantören[ ({contact})] om en ny med alla signaturer."
	case KeyringWaits:
		return "En nyare nyckellista[ (version {n})] från leverantören används inte ännu: de här licenserna är signerade med en nyckel som inte finns i den[: {names}]. De förblir som de är.",
			"[{?offline}Läs|Sök online, eller läs] in licensfilerna som leverantören[ ({contact})] har signerat på nytt; i stället för en aktiveringsnyckel anger du den nya. Därefter används listan av sig själv."

	// Typed keys.
	case NameMismatch:
		return "Aktiveringsnyckeln utfärdades för en annan stavning av licenstagarens namn.",
			"Skriv namnet exakt som det är tryckt på certifikatet, med alla mellanslag, punkter och förkortningar, och därefter nyckeln igen."
	case KeyNotForUs:
		return "Aktiveringsnyckeln hör till en annan produkt[, inte till {needs}].",
			"Ange den i produkten som den utfärdades för, eller ta nyckeln till den här produkten från certifikatet."
	case KeyNotGenuine:
		return "Signaturen i aktiveringsnyckeln gick inte att bekräfta.",
			"Jämför varje rad i nyckeln med certifikatet. Om de stämmer överens, be leverantören[ ({contact})] om en ny nyckel."
	case EditionUnknown:
		return "Aktiveringsnyckeln gäller en utgåva som den här versionen av produkten inte känner till[: nummer {n}].",
			"Uppdatera programmet, som har med sig de aktuella utgåvorna, och ange sedan nyckeln igen. Be annars leverantören[ ({contact})] om en licensfil."
	case UnlockUnknown:
		return "Licensen på den här datorn innehåller ingen uppdatering som upplåsningskoden öppnar.",
			"Kontrollera att koden hör till den här licensen och att den senaste licensfilen är installerad. Om så är fallet, fråga leverantören[ ({contact})]."
	case AlreadyEntered:
		return "Det här finns redan på den här datorn[{?working} och gäller][, med {n|senare uppdatering|senare uppdateringar}].",
			"Det behöver inte anges igen. Om något inte fungerar säger licensens status varför."
	case NameRequired:
		return "Till en aktiveringsnyckel hör licenstagarens namn.",
			"Ange namnet som det är tryckt på certifikatet, tillsammans med nyckeln."
	case ChallengeOther:
		return "Den signerade tiden svarar på en annan kontrollkod än den nuvarande.",
			"Uppge kontrollkoden som visas nu för leverantören[ ({contact})], och läs in den signerade tid som svarar på den."
	case NeedsServer:
		return "[Det här är {has}. Användning|Användning av den här nyckeln] är bara möjlig online, via aktiveringsservern[{?offline}, och det här programmet är inte inställt för någon].",
			"[{?offline}Läs in en licensfil eller ange en aktiveringsnyckel. Om du inte har någon av dem, be leverantören[ ({contact})] om en|Anslut datorn till internet och ange nyckeln eller numret igen. Utan anslutning, skicka en förfrågningsfil till leverantören[ ({contact})]; det går lika bra med en aktiveringsnyckel som skrivs in för hand eller med en licensfil]."
	case KeyOfOtherKind:
		return "[Det här är {has}, inte {needs}.|[Det här är {has}, som inte hör hemma i det här fältet.|En nyckel av det här slaget hör inte hemma i det här fältet.]]",
			"Ange varje nyckel i det fält som är avsett för den[; här ska det stå {needs}]."
	case KeyNotFile:
		return "Det här är [{has}|en nyckel] och inte en licensfil.",
			"Ange den i fältet för nycklar, som om du skrev av den från certifikatet."
	case ForVendor:
		return "Det här är [{has}|något för leverantören]: det är gjort för leverantören och inte för det här programmet.",
			"Skicka det till leverantören[ ({contact})] eller ladda upp det på leverantörens sida. Läs sedan in filen eller ange nyckeln som kommer tillbaka."
	case KeyMistyped:
		return "Några tecken i nyckeln stämmer inte[: {detail}].",
			"Jämför nyckeln med originalet och skriv in den igen. Stora eller små bokstäver, O eller 0, I eller 1 gör ingen skillnad."
	case KeyIncomplete:
		return "Nyckeln är inte fullständig[; det som saknas: {detail}].",
			"Skriv in alla rader, i valfri ordning. En aktiveringsnyckel har en rad som börjar med en siffra; den är den sista."
	case CatalogueNeeded:
		return "Det här programmet kan inte läsa aktiveringsnycklar.",
			"Läs in en licensfil i stället, eller uppdatera programmet. Utvecklaren måste ge det katalogen över utgåvorna."
	case KeyUnrecognized:
		return "Det här ser inte ut som någon nyckel som programmet kan använda.",
			"Skriv nyckeln som den är tryckt: rader med fem grupper om fem tecken, eller tio siffror."

	// Updates.
	case OtherLicense:
		return "Uppdateringen är till en annan licens, med ett annat serienummer.",
			"Välj licensen som uppdateringen är till, eller uppdateringen för det här serienumret."
	case LicenseReplaced:
		return "En senare version av den här licensen gäller redan på den här datorn, och den fortsätter att gälla.",
			"Du behöver inte göra något. Om filen skulle ersätta den, be leverantören[ ({contact})] om en som innehåller allt fram till nu."
	case AlreadyApplied:
		return "Licensen innehåller redan den här uppdateringen.",
			"Du behöver inte göra något mer."
	case OutOfOrder:
		return "En licens uppdateringar tillämpas i ordning[: det här är nummer {n}, och nummer {max} står på tur].",
			"[{?offline}Läs in filerna i ordning|Sök online, då hämtas alla uppdateringar, eller läs in filerna i ordning]. Tills dess är licensen som den är."
	case ObtainingOver:
		return "Tiden då uppdateringen kunde tillämpas är över[; sista dagen var {until}].",
			"Be leverantören[ ({contact})] att utfärda uppdateringen på nytt. Tills dess är licensen som den är."
	case ObtainingNotYet:
		return "Tiden då uppdateringen kan tillämpas har inte börjat[; första dagen är {from}].",
			"Läs in uppdateringen igen [från och med {from}|senare], och kontrollera att datorns datum stämmer. Tills dess är licensen som den är."
	case SeatExcess:
		return "[{n|plats används|platser används}[ för funktionen ”{feature}”], och det nya antalet är {max}[; {over|plats måste|platser måste} frigöras].|Fler platser används än licensen kommer att ha.][ Bundna just nu: {names}.]",
			"Frigör [{over|plats|platser}|de överskjutande platserna] och läs in uppdateringen igen. Tills dess gäller den nuvarande licensen."
	case OtherScheme:
		return "Alla produkter i en licens har samma bindningsschema, och den här uppdateringen har ett annat[: {needs}[ i stället för {has}]].",
			"Be leverantören[ ({contact})] att dela upp beställningen, så att varje bindningsschema får en egen licens."
	case UpdateRefused:
		return "Uppdateringen går inte att tillämpa på licensen[ (funktionen ”{feature}”)][: {detail}].",
			"Be leverantören[ ({contact})] om en rättad uppdatering. Tills dess förblir licensen som den är."
	case NothingToUpdate:
		return "Det finns ingen uppdatering till licensen just nu.",
			"Licensen förblir som den är."
	case KindNotLowered:
		return "En uppdatering som utökar en licens kan inte göra den till en lägre sort[ (nu: {has}; efter uppdateringen: {needs})].",
			"Om det är meningen, be leverantören[ ({contact})] om en uppdatering som skriver om licensen."
	case ConditionsRaised:
		return "En uppdatering som utökar en licens kan inte lägga till en begränsning[ för funktionen ”{feature}”].",
			"Be leverantören[ ({contact})] om uppdateringen utan begränsningen, eller om en som skriver om villkoren."
	case LimitKindChanged:
		return "En uppdatering som utökar en licens kan inte ändra en gräns[ för funktionen ”{feature}”] till en av annat slag[: {detail}].",
			"Be leverantören[ ({contact})] om en uppdatering som anger gränsen på nytt."

	// What holds of a licence.
	case NoLicense:
		return "Ingen licens[ för {product}] hittades på den här datorn.",
			"[{?offline}Ange en aktiveringsnyckel från certifikatet|Ange serienumret eller en annan nyckel från certifikatet], eller läs in en licensfil."
	case OtherProduct:
		return "[Licensen är till {has}, och det här är {needs}.|Licensen är till en annan produkt än den här.]",
			"Läs in licensen för den här produkten, eller öppna produkten som licensen är till."
	case FeatureNotLicensed:
		return "[Funktionen ”{feature}”|Den här funktionen] ingår inte i licensen[ för {product}].",
			"Om du vill använda den, beställ den från leverantören[ ({contact})] och [{?offline}läs sedan|sök sedan online, eller läs] in filen som följer med. Allt annat är som det är."
	case LicenseProvisional:
		return "Licensen är preliminär[{?working} och fungerar fullt ut][ till och med {until}]; den slutliga har inte kommit ännu.",
			"[{?offline}Läs in den slutliga licensen så snart leverantören skickar den|Sök online under de närmaste dagarna]. Om den slutliga licensen inte finns efter tre arbetsdagar, kontakta leverantören[ ({contact})]."
	case ProvisionalEnded:
		return "Den preliminära licensen har gått ut[; den gällde till och med {until}].",
			"[{?offline}Skriv|Sök online efter den slutliga licensen, skriv] in en aktiveringsnyckel eller läs in en licensfil. Om inget av det finns, kontakta leverantören[ ({contact})]."
	case TrialRunning:
		return "Det här är en provlicens[ till och med {until}][, {days|dag|dagar} kvar].",
			"Om du vill fortsätta därefter, beställ en licens från leverantören[ ({contact})]."
	case TrialEnded:
		return "Provperioden är slut[; sista dagen var {until}].",
			"Om du vill fortsätta, beställ en licens från leverantören[ ({contact})] och ange sedan nyckeln eller läs in filen."
	case NotYetValid:
		return "{subject} gäller inte ännu[; den börjar gälla {from}].",
			"Vänta [till {from}|tills den börjar gälla], och kontrollera att datorns datum stämmer."
	case ExpiredDate:
		return "{subject} har gått ut[; den gällde till och med {until}].[{?feature} Andra funktioner påverkas inte.]",
			"Be leverantören[ ({contact})] om en förnyelse, och [{?offline}läs sedan|sök sedan online eller läs] in den nya filen."
	case ExpiredSpan:
		return "{subject} har nått slutet av sin tid[ på {span}][; den slutade gälla efter {until}].[{?feature} Andra funktioner påverkas inte.]",
			"Be leverantören[ ({contact})] om en förlängning, och [{?offline}läs sedan|sök sedan online, läs] in filen eller ange koden."
	case RunsUsedUp:
		return "{subject} kan inte användas fler gånger[; {max|användning ingick|användningar ingick}].[{?feature} Andra funktioner påverkas inte.]",
			"Beställ fler användningar från leverantören[ ({contact})]; en uppdatering lägger till dem i licensen."
	case TooFewRuns:
		return "{subject} kan användas {n|gång|gånger} till, men {max|begärdes|begärdes}. Ingen har förbrukats.",
			"Dela upp arbetet, eller beställ fler användningar från leverantören[ ({contact})]; en uppdatering lägger till dem i licensen."
	case AboutToExpire:
		return "{subject} går snart ut[: den gäller till och med {until}][, {days|dag|dagar} till].",
			"Förnya i god tid hos leverantören[ ({contact})]. Tills dess gäller den."
	case MaintenanceKept:
		return "Underhållet[ av {product}] har gått ut[; det gällde till och med {until}].[{?working} Den här versionen fortsätter att fungera.] Nyare versioner ingår inte.",
			"För den här versionen behöver du inte göra något. Om du vill ha nyare, förnya underhållet hos leverantören[ ({contact})]."
	case MaintenanceStopped:
		return "Underhållet[ av {product}] har gått ut[; det gällde till och med {until}]. Den här licensen gäller bara så länge underhållet gör det.",
			"Förnya underhållet hos leverantören[ ({contact})] och [{?offline}läs|sök online, eller läs] in den nya filen; då fungerar produkten igen."
	case VersionNotCovered:
		return "Licensen omfattar inte den version som körs[, {has}].[ Den omfattar versioner till och med {needs}.][ Underhållet omfattar versioner som kom till och med {until}.] Det har inget att göra med att en licens går ut.",
			"Installera en version som omfattas, eller [{?until}förnya underhållet hos|beställ den nyare versionen från] leverantören[ ({contact})]."
	case VersionUnknown:
		return "Licensen omfattar versioner till och med [{needs}|en viss version], och det här programmet känner inte till sin egen version[: ”{has}” är inget versionsnummer].",
			"Installera en utgiven version av programmet. För dess utvecklare: bygg det med en version som 4.2.0."
	case HardwareDrift:
		return "Delar av den här datorn har bytts ut[: {names}].[{?working} Licensen fortsätter att fungera.][ Använda ändringar: {n} av {max}.]",
			"Du behöver inte göra något. Om licensen aktiveras igen registreras de delar som finns nu."
	case HardwareChanged:
		return "Den här datorn stämmer inte överens med den som licensen är bunden till[; det som skiljer: {names}].",
			"Om det är samma dator med andra delar, avaktivera licensen här och aktivera den igen; om den kommer från en annan dator, avaktivera den där först. Om det inte går, kontakta leverantören[ ({contact})]."
	case HardwareUnreadable:
		return "Något som licensen är bunden till går inte att läsa på den här datorn[: {names}]. Det betyder inte att det har ändrats.",
			"Ge programmet rätt att läsa det, starta systemtjänsten som rapporterar det och försök igen. I en container, be leverantören[ ({contact})] om en bindning till något som går att läsa där."
	case BindingDamaged:
		return "Det som licensen säger om datorn som den är bunden till går inte att tolka.",
			"Uppdatera programmet. Om meddelandet kvarstår, be leverantören[ ({contact})] att utfärda licensen på nytt."
	case BindingUnchecked:
		return "Licensen är bunden till en dator, och programmet kan inte kontrollera vilken dator det här är.",
			"Uppdatera programmet, eller kontakta leverantören[ ({contact})]. Till dess utvecklare: kontrollen av en bunden licens behöver en Host."
	case VirtualMachineFound:
		return "{subject} får inte användas i en virtuell maskin[; upptäckt: {has}].",
			"Använd en fysisk dator, eller be leverantören[ ({contact})] om en utgåva som tillåter virtuella maskiner."
	case RemoteSessionFound:
		return "{subject} får inte användas i en fjärrsession[; upptäckt: {has}].",
			"Arbeta direkt vid datorn, eller be leverantören[ ({contact})] om en utgåva som tillåter fjärrsessioner."
	case PlaceUnknown:
		return "{subject} får bara användas på vissa platser, och det går inte att avgöra om det här är en av dem.",
			"Uppdatera programmet, eller be leverantören[ ({contact})] om en licens utan den begränsningen."
	case SeatNotBound:
		return "[Ingen plats i licensen är bunden till {names}.|Ingen plats i licensen är bunden till den här användaren.]",
			"Be den som hanterar licensen att binda en plats till [{?names}exakt den här e-postadressen|den här användarens e-postadress]."
	case ClockSetBack:
		return "Datorns klocka har ställts tillbaka[: den visar {now}, och den senast kända tiden är {mark}]. Upp till 24 timmar gör ingenting; därutöver pausas tidsbegränsade funktioner, men inte de andra.",
			"Ställ klockan; licensen kommer tillbaka av sig själv när klockan går rätt. Om klockan gick före tidigare, [{?offline}visa programmets kontrollkod för leverantören[ ({contact})] och läs in den signerade tiden som kommer tillbaka|sök online eller läs in en signerad tid]."
	case RestoreDetected:
		return "Licensdata på den här datorn är äldre än vad datorn minns: de har återställts, tagits bort eller skadats. Funktioner vars användningar eller dagar räknas här väntar tills leverantören har bekräftat uppgifterna; de andra gör det inte.",
			"[{?offline}Visa|Sök online. Utan anslutning, visa] programmets kontrollkod för leverantören[ ({contact})] och läs in filen som kommer tillbaka."
	case FolderUnwritable:
		return "Licensdata går inte att spara på den här datorn[: {detail}]. Så länge det är så förbrukas ingenting.",
			"Ge programmet rätt att skriva i sin mapp, se till att det finns plats på disken och försök igen."
	case NoHomeFolder:
		return "Det finns ingen mapp för licensdata, eftersom användaren saknar hemkatalog[ ({detail})]. Så länge det är så förbrukas ingenting.",
			"Starta programmet som en användare med hemkatalog: ange miljövariabeln HOME, i Windows AppData. För utvecklaren: eller ange Options.Dir."
	case LeaseGrace:
		return "Aktiveringsservern har inte bekräftat licensen på en tid.[{?working} Den fortsätter att fungera[ till och med {until}].]",
			"[{?offline}Be leverantören[ ({contact})] om en bekräftelse som fil, och läs in den[ senast {until}]|Anslut datorn till internet och sök online[ senast {until}]. Om det inte går, be leverantören[ ({contact})] om en bekräftelse som fil]."
	case LeaseEnded:
		return "Aktiveringsserverns senaste bekräftelse har gått ut[; den gällde till och med {until}], och servern har inte bekräftat licensen sedan dess.",
			"[{?offline}Be|Anslut datorn till internet och sök online; då fungerar licensen igen. Om det inte går, be] leverantören[ ({contact})] om en fil eller en aktiveringsnyckel."
	case ActivationRequired:
		return "Licensen måste aktiveras på den här datorn innan den fungerar.",
			"[{?offline}Skicka|Ange serienumret, eller skicka] en förfrågningsfil till leverantören[ ({contact})] och läs in filen som kommer tillbaka."
	case ActivationNotNeeded:
		return "[Licensen {has} är inte aktiverad hos aktiveringsservern och behöver inte vara det.|Ingen licens här är aktiverad hos aktiveringsservern, och ingen behöver vara det.] Hos servern finns därför inget att kontrollera, lämna tillbaka eller rapportera.",
			"[{?working}Du behöver inte göra något. ]Nyheter, till exempel en förlängning, kommer som en fil eller en nyckel: läs in filen eller ange nyckeln. Fråga leverantören[ ({contact})] om du vill använda licensen på en annan dator."
	case LicenseUnknown:
		return "Ingen licens på den här datorn har [id {has}|det angivna id:t][; de id som finns här: {names}].",
			"Ange ett id så som licensstatusen visar det, eller inget för alla licenser."
	case LicenseBlocked:
		return "Leverantören har spärrat licensen.",
			"Fråga leverantören[ ({contact})] varför, och hur spärren kan hävas; [{?offline}läs sedan|sök sedan online eller läs] in filen som du får."
	case PaymentPending:
		return "Betalningen för licensen är ännu inte registrerad hos leverantören.[{?working} Det som är licensierat här fortsätter att fungera[ till och med {until}| som förut].]",
			"Fråga leverantören[ ({contact})] hur det är med betalningen; kanske är det bara registreringen som återstår. När betalningen är registrerad, [{?offline}läs|sök online eller läs] in den nya filen."

	// The exchange with the activation server.
	case ServerUnreachable:
		return "Aktiveringsservern gick inte att nå, eller svarade inte som den ska[: {detail}].[{?working} Det som är licensierat på den här datorn fortsätter att fungera[ till och med {until}| som förut].]",
			"Kontrollera internetanslutningen och proxyinställningarna, och försök igen. Utan anslutning, skicka en förfrågningsfil till leverantören[ ({contact})] eller skriv in en aktiveringsnyckel för hand."
	case NoServer:
		return "Det här programmet är inte inställt för någon aktiveringsserver.",
			"Läs in en licensfil, ange en aktiveringsnyckel, eller skicka en förfrågningsfil till leverantören[ ({contact})] och läs in filen som kommer tillbaka. Om det borde finnas en server, be om en uppdatering av programmet."
	case CallCancelled:
		return "Åtgärden avbröts innan den var klar.[{?working} Det som är licensierat på den här datorn fortsätter att fungera[ till och med {until}| som förut].]",
			"Starta den igen när du vill."
	case ServerInsecure:
		return "Det gick inte att upprätta en säker anslutning till aktiveringsservern. Antingen går datorns klocka fel, eller så läses trafiken av på vägen, till exempel av en brandvägg, ett antivirusprogram eller en proxy. Själva licensen påverkas inte.",
			"Kontrollera datorns datum och tid. Om en brandvägg, ett antivirusprogram eller en proxy öppnar krypterade anslutningar här, se till att dess certifikat läggs till bland dem som datorn litar på, och försök igen. En förfrågningsfil till leverantören[ ({contact})] kräver ingen anslutning."
	case KeyringMismatch:
		return "Aktiveringsservern och det här programmet har ingen gemensam nyckel, så svaret går inte att kontrollera[: programmet litar på {has}][, servern signerar med {needs}]. Internetanslutningen fungerar. Ingenting har förbrukats, och licenserna på den här datorn förblir som de är.",
			"Uppdatera programmet, eller meddela leverantören[ ({contact})] de här nyckel-id:na. Till utvecklaren: bädda in nyckelringen som servern startades med, eller starta servern med en aktiveringsnyckel ur den inbäddade nyckelringen."
	case ServerBusy:
		return "Aktiveringsservern har fått för många misslyckade försök härifrån eller för den här produkten och tar inte emot fler [på {n|minut|minuter}|på ett tag].",
			"Vänta så länge, jämför nyckeln med certifikatet och försök sedan igen.[{?working} Under tiden fungerar allt som är licensierat här.]"
	case ServerRefused:
		return "Aktiveringsservern sade nej av ett skäl som den här versionen av programmet inte känner till[: {detail}].",
			"Uppdatera programmet och försök igen. Om meddelandet kvarstår, vidarebefordra det till leverantören[ ({contact})]."
	case SerialUnknown:
		return "Leverantören har ingen försäljning registrerad under det här serienumret.",
			"Jämför det med certifikatet eller beställningen, och kontrollera att det kommer från den här leverantören. Om det är rätt, fråga leverantören[ ({contact})]."
	case OrderCancelled:
		return "Beställningen som licensen hör till har annullerats.",
			"Om du inte väntade dig det, fråga leverantören[ ({contact})]; en ny beställning ger ett nytt serienummer."
	case ActivationLimit:
		return "Licensen är redan aktiv på så många datorer som den tillåter[; använda: {n} av {max}].",
			"Avaktivera den på en gammal dator, eller be leverantören[ ({contact})] att frigöra en dator som inte finns kvar eller att höja gränsen; aktivera sedan licensen här igen."
	case TrialUsed:
		return "Den här datorn har redan haft sin provperiod[, som slutade {until}].",
			"Varje dator har en enda provperiod. Om du vill använda produkten på den här datorn, beställ en licens från leverantören[ ({contact})] och [{?offline}läs in dess fil|ange dess serienummer]."
	case RequestNotAccepted:
		return "Aktiveringsservern godtog inte den här förfrågningsnyckeln.",
			"Jämför de tio siffrorna med certifikatet, och ange dem igen om någon skiljer sig. Om de stämmer överens, be leverantören[ ({contact})] att undersöka saken."
	case FinalPending:
		return "Leverantören har inte släppt den slutliga licensen ännu[; nästa sökning bör göras {from}].[{?working} Den preliminära fungerar fullt ut tills den går ut.]",
			"[{?offline}Fråga leverantören[ ({contact})] efter den|Sök online igen] [från och med {from}|om några dagar]. Något annat behöver du inte göra."
	case FinalOverdue:
		return "Den slutliga licensen borde ha kommit vid det här laget.[{?working} Den preliminära fortsätter att fungera så länge den gäller.]",
			"Fråga leverantören[ ({contact})] efter den slutliga licensen, och ha förfrågningsnyckeln från certifikatet till hands; [{?offline}läs sedan in filen som du får|sök sedan online en gång till]."
	case TransfersUsed:
		return "Licensen kan för närvarande inte flyttas till en annan dator[; använda flyttar: {n} av {max}][; nästa flytt är möjlig från och med {from}].",
			"Försök igen [från och med {from}|senare], eller be leverantören[ ({contact})] att tillåta en flytt till."
	case NotActivated:
		return "Enligt aktiveringsservern är licensen inte, eller inte längre, aktiverad på den här datorn.",
			"Om du vill använda licensen på datorn, [{?offline}skicka en ny förfrågningsfil till leverantören[ ({contact})]|ange serienumret igen. Om det avvisas eller anslutning saknas, kontakta leverantören[ ({contact})]]."
	case BindingWeak:
		return "Den här datorn går inte att skilja från andra, eftersom för lite av den kan läsas[; saknas eller kan inte läsas: {names}].",
			"Där uppgifterna finns, ge programmet rätt att läsa dem och aktivera sedan licensen igen. En dator utan dem, en container eller en klonad virtuell maskin behöver en egen identitet som inte ändras; fråga leverantören[ ({contact})] hur den anges."
	case ReplyOther:
		return "Det här svaret hör till en annan förfrågan eller till en annan installation, eller så är det redan använt.",
			"[{?offline}Läs|Försök igen online, eller läs] in svaret på den senaste förfrågningsfil som skapades här. Om det svaret saknas, skicka en ny förfrågningsfil till leverantören[ ({contact})]."
	case ProofWrong:
		return "Filen bevisar inte att en annan dator har lämnat ifrån sig licensen.",
			"Avaktivera licensen på den andra datorn, och använd filen som då skapas utan att ändra den. Om den datorn inte finns kvar, kontakta leverantören[ ({contact})]."
	case ManualNotForRequest:
		return "En förfrågningsnyckel behöver aktiveringsservern och kan därför inte anges manuellt.",
			"[{?offline}|Ange förfrågningsnyckeln online. ]Det manuella sättet är till för aktiveringsnycklar, upplåsningskoder och filer; [{?offline}be|utan anslutning, be] leverantören[ ({contact})] om något av dem."
	case DeactivationPending:
		return "Licensen har avaktiverats på den här datorn, men aktiveringsservern har inte bekräftat det ännu.",
			"[{?offline}Skicka|Sök online, eller skicka] förfrågningsfilen till leverantören[ ({contact})] och läs in svaret. Tills det är bekräftat räknas licensen fortfarande som använd här."

	// What was stored on this computer.
	case RecordDamaged:
		return "Licensdata på den här datorn är skadade, och ingen tidigare kopia är hel[ (mapp: {detail})].",
			"Återställ mappen från en säkerhetskopia, eller aktivera licensen på den här datorn en gång till. Om det avvisas, kontakta leverantören[ ({contact})]."
	case RecordForeign:
		return "Licensdata här skrevs på en annan dator[ (mapp: {detail})].",
			"Aktivera licensen på den här datorn; det räcker inte att kopiera mappen. Den andra datorn påverkas inte."
	case RecordLocked:
		return "Licensdata går inte att öppna, eftersom datorns identitet inte kan läsas[ (mapp: {detail})]. Själva uppgifterna är orörda.",
			"Ge programmet rätt att läsa datorns identitet och starta det sedan igen."
	case RecordNotAFile:
		return "På platsen för licensdata finns något annat, till exempel en länk eller en enhet[: {detail}].",
			"Flytta det till en annan plats och starta sedan programmet igen."
	case RecordUnreadable:
		return "Licensdata på den här datorn går inte att läsa[: {detail}].",
			"Ge programmet rätt att läsa dem, kontrollera att disken är tillgänglig och försök igen."
	case RecordBusy:
		return "En annan process använder licensdata och släpper dem inte[ (mapp: {detail})].",
			"Vänta en stund och försök igen. Om det inte hjälper, stäng programmets andra fönster."
	case RecordRecovered:
		return "Den senaste ändringen av licensdata gick förlorad, och läget före den gäller.",
			"[{?offline}|Sök online. ]Om en nyckel eller en fil angavs strax innan, ange den igen."
	case WitnessMissing:
		return "Den andra posten på den här datorn, som visar att licensdata är de senaste, saknas.",
			"[{?offline}Utbyt|Sök online, eller utbyt] en fil med leverantören[ ({contact})]; då blir uppgifterna bekräftade."
	case ClientClosed:
		return "Programmet har redan stängt sin åtkomst till licensen.",
			"Starta programmet igen. Till dess utvecklare: en klient går inte att använda efter Close."
	default:
		return "", ""
	}
}

func swedishWord(term string) string {
	switch term {
	case "subject":
		return "[Funktionen ”{feature}”[ i {product}]|Licensen[ för {product}]]"
	case "months":
		return "{n|månad|månader}"
	case "days":
		return "{n|dag|dagar}"
	case "and":
		return "och"

	case "key:serial number":
		return "ett serienummer"
	case "key:request key":
		return "en förfrågningsnyckel"
	case "key:activation key":
		return "en aktiveringsnyckel"
	case "key:unlock code":
		return "en upplåsningskod"
	case "key:installation code":
		return "en installationskod"
	case "key:challenge code":
		return "en kontrollkod"
	case "key:request file":
		return "en förfrågningsfil"

	case "document:license":
		return "en licens"
	case "document:update":
		return "en uppdatering"
	case "document:catalogue":
		return "en katalog"
	case "document:keyring":
		return "en nyckelring"
	case "document:time":
		return "en signerad tid"
	case "document:request":
		return "en förfrågan"
	case "document:reply":
		return "ett svar"
	case "document:receipt":
		return "ett kvitto"
	case "document:lease":
		return "en tidsbegränsad bekräftelse"
	case "document:notice":
		return "ett meddelande"

	case "role:license":
		return "licenser"
	case "role:activation":
		return "aktiveringar"
	case "role:root":
		return "nyckelringar"

	case "kind:full":
		return "en fullständig licens"
	case "kind:provisional":
		return "en preliminär licens"
	case "kind:trial":
		return "en provlicens"
	case "kind:test":
		return "en testlicens"

	case "part:machine":
		return "maskin-id"
	case "part:board":
		return "moderkort"
	case "part:cpu":
		return "processor"
	case "part:disk":
		return "lagringsenhet"
	case "part:mac":
		return "nätverkskort (MAC-adress)"
	case "part:os":
		return "operativsystemets installation"
	case "part:host":
		return "datornamn"
	case "part:ip":
		return "IP-adress"
	case "part:user":
		return "användarkonto"
	case "part:instance":
		return "instansens identitet"
	case "part:tpm":
		return "säkerhetschip (TPM)"

	case "limit:term":
		return "giltighetstid"
	case "limit:lapse of maintenance":
		return "vad som händer när underhållet går ut"
	case "limit:counting of concurrent use":
		return "hur samtidig användning räknas"

	case "place:row":
		return "rad"
	case "place:rows":
		return "raderna"
	case "place:group":
		return "grupp"
	case "place:groups":
		return "grupperna"
	case "place:and":
		return "och"
	default:
		return ""
	}
}
