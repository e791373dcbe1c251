package productcmd

import "github.com/latchkey-go/latchkey/license"

// words are the product's own words in one language. The sentences about
// licences are not among them: those come with the library.
type words struct {
	states      map[license.State]string
	kinds       map[license.Kind]string
	licensee    string
	maintenance string
	until       string
	pending     string
	left        string // runs left, of so many
	noFile      string
	entered     string
	imported    string
	available   string
	updated     string
	restart     string
	nothingNew  string
	deactivated string
	ran         string // feature
	tooFew      string // feature, asked for, left
	corrected   string // row, group, character, from, to
}

func wordsOf(lang license.Language) words {
	switch lang {
	case license.German:
		return german
	case license.Swedish:
		return swedish
	case license.Russian:
		return russian
	default:
		return english
	}
}

var english = words{
	states: map[license.State]string{
		license.StateUnlicensed: "not licensed", license.StateDamaged: "damaged", license.StateBlocked: "waiting",
		license.StateExpired: "expired", license.StateNotYetValid: "not valid yet", license.StateGrace: "active, to be confirmed",
		license.StateProvisional: "active, provisional", license.StateActive: "active",
	},
	kinds: map[license.Kind]string{
		license.Full: "full licence", license.Provisional: "provisional licence", license.Trial: "trial licence", license.Test: "test licence",
	},
	licensee: "Licensed to", maintenance: "Maintenance", until: "until", pending: "begins with the first use",
	left: "%d of %d runs left", noFile: "There is no such file.", entered: "The key was accepted.", imported: "The file was accepted.", ran: "%s: done.",
	available: "An update is available; run check without --look to apply it.", updated: "An update was received and is in force.", restart: "An update was received. Restart the program to use it.", nothingNew: "No update is available.", deactivated: "The licence was given up here.",
	tooFew:    "%s: %d runs were requested, and %d are left: none was used.",
	corrected: "Corrected in row %d, group %d, character %d: %s to %s",
}

var german = words{
	states: map[license.State]string{
		license.StateUnlicensed: "nicht lizenziert", license.StateDamaged: "beschädigt", license.StateBlocked: "wartet",
		license.StateExpired: "abgelaufen", license.StateNotYetValid: "noch nicht gültig", license.StateGrace: "aktiv, Bestätigung steht aus",
		license.StateProvisional: "aktiv, vorläufig", license.StateActive: "aktiv",
	},
	kinds: map[license.Kind]string{
		license.Full: "Vollizenz", license.Provisional: "vorläufige Lizenz", license.Trial: "Probelizenz", license.Test: "Testlizenz",
	},
	licensee: "Lizenziert für", maintenance: "Wartung", until: "bis", pending: "beginnt mit der ersten Benutzung",
	left: "noch %d von %d Benutzungen", noFile: "Diese Datei gibt es nicht.", entered: "Der Schlüssel wurde angenommen.", imported: "Die Datei wurde angenommen.", ran: "%s: erledigt.",
	available: "Es liegt etwas Neues vor; ohne --look wird es übernommen.", updated: "Es lag etwas Neues vor, und es gilt jetzt.", restart: "Es lag etwas Neues vor. Starten Sie das Programm neu, um es zu nutzen.", nothingNew: "Es liegt nichts Neues vor.", deactivated: "Die Lizenz wurde hier abgegeben.",
	tooFew:    "%s: Verlangt waren %d Benutzungen, übrig sind %d: Keine wurde verbraucht.",
	corrected: "Berichtigt in Zeile %d, Gruppe %d, Zeichen %d: %s zu %s",
}

var swedish = words{
	states: map[license.State]string{
		license.StateUnlicensed: "ingen licens", license.StateDamaged: "skadad", license.StateBlocked: "väntar",
		license.StateExpired: "har gått ut", license.StateNotYetValid: "ännu inte giltig", license.StateGrace: "aktiv, ska bekräftas",
		license.StateProvisional: "aktiv, preliminär", license.StateActive: "aktiv",
	},
	kinds: map[license.Kind]string{
		license.Full: "full licens", license.Provisional: "preliminär licens", license.Trial: "provlicens", license.Test: "testlicens",
	},
	licensee: "Licensierad till", maintenance: "Underhåll", until: "till och med", pending: "börjar vid första användningen",
	left: "%d av %d användningar kvar", noFile: "Filen finns inte.", entered: "Nyckeln godtogs.", imported: "Filen godtogs.", ran: "%s: klart.",
	available: "Det finns något nytt; kontrollera utan --look för att hämta det.", updated: "Något nytt har hämtats och gäller nu.", restart: "Något nytt har hämtats. Starta om programmet för att använda det.", nothingNew: "Det finns inget nytt.", deactivated: "Licensen har lämnats här.",
	tooFew:    "%s: %d användningar begärdes och %d finns kvar: ingen har förbrukats.",
	corrected: "Rättat på rad %d, grupp %d, tecken %d: %s till %s",
}

var russian = words{
	states: map[license.State]string{
		license.StateUnlicensed: "нет лицензии", license.StateDamaged: "повреждено", license.StateBlocked: "ожидает",
		license.StateExpired: "срок истёк", license.StateNotYetValid: "ещё не действует", license.StateGrace: "действует, требуется подтверждение",
		license.StateProvisional: "действует, временно", license.StateActive: "действует",
	},
	kinds: map[license.Kind]string{
		license.Full: "полная лицензия", license.Provisional: "временная лицензия", license.Trial: "пробная лицензия", license.Test: "тестовая лицензия",
	},
	licensee: "Лицензиат", maintenance: "Обслуживание", until: "до", pending: "начнётся при первом использовании",
	left: "осталось использований: %d из %d", noFile: "Такого файла нет.", entered: "Ключ принят.", imported: "Файл принят.", ran: "%s: готово.",
	available: "Есть обновления; чтобы получить их, проверьте без --look.", updated: "Обновления получены и действуют.", restart: "Обновления получены. Перезапустите программу, чтобы ими пользоваться.", nothingNew: "Ничего нового нет.", deactivated: "Лицензия на этом компьютере сдана.",
	tooFew:    "%s: запрошено использований: %d, осталось: %d; ни одно не израсходовано.",
	corrected: "Исправлено: строка %d, группа %d, символ %d: %s на %s",
}
