"""The words that only grammar needs: what n-grams cannot tell of a line of five words, these often can.

Half of any running text is made of a few dozen words that say nothing: *the*, *of*, *que*, *una*. Names, code, addresses
and filler text have hardly any, which is how text in no language is known; and a neighbour for which langdetect has no
profile (Galician, Asturian, Occitan) is told from Spanish by them. The lists are the commonest words of each language,
written down for this module; a word that several languages share counts for each of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from blogarc.languages.characters import IS_CAPITAL, IS_LETTER, IS_OPENING, Points, kinds_of, lower, points_of
from blogarc.languages.people import GIVEN_NAMES, PARTICLES

_WORDS: Mapping[str, str] = {
    "en": """
        the of and to a in is it you that he was for on are with as i his they be at one have this from or had by not but
        what all were we when your can said there an each which she do how their if will up other about out many then them
        these so some her would make like him into time has look two more go see no way could people my than been who its
        now find did get may down our after just where most only over also back new any such because does here why should
        very through much before those too under against between while being both few off own same again until since
        without during never every around next first last another us me am let's don't it's i'm you're we're that's let
        need want use using help read how's know think thing things good day year years well even must still need
        yes please everything something nothing someone everyone always often today tomorrow yesterday later
        home page pages post posts comments share article articles news archive search previous older newer contact
        privacy policy subscribe video photo photos story stories book books life love world country people's men women man
        woman children house city street water night morning week month months old great little big long high right left
        open close change create add write save set run find give keep call work works working made making show tell say
        says took came went know knew think thought felt better best same different important possible own money war music
        part place point question answer problem problems learn start started stop end free full whole three four five six
        seven eight nine ten hundred thousand million white black red green dead death god mother father brother sister
        friend friends family name names word words language english file files list view example chapter section figure
        government president state states city public school university law company business team power history future
    """,
    "es": """
        de la que el en y a los se del las un por con no una su para es al lo como más o pero sus le ha me si sin sobre
        este ya entre cuando todo esta ser son dos también fue había era muy años hasta desde está mi porque qué sólo han yo
        hay vez puede todos así nos ni parte tiene él uno donde bien tiempo mismo ese ahora cada e vida otro después te
        otros aunque esa eso hace otra gobierno tan durante siempre día tanto ella tres sí dijo sido gran país según menos
        mundo año antes estado contra sino forma caso nada hacer general estaba poco estos presidente mayor ante unos les
        algo hacia casa ellos ayer hecho primera mucho mientras además quien momento millones esto cómo hoy cuál dónde
        quién cuándo nuestro nuestra nuestros nuestras usted tu tus ti él mí aquí allí sea será fueron eran soy eres somos
        estamos están estoy tengo tienes tenemos tienen puedes pueden podemos quiero quieres cosas cosa nunca nadie alguien
        todas esos esas estas muchos muchas pocos otras unas cual cuales cualquier algunos algunas algún ninguna ningún
        también aún mis vez veces hola gracias buenos buenas días debe deben usar leer ¿ ¡
        inicio página páginas entrada entradas comentarios comentario compartir artículo artículos noticias noticia archivo
        archivos buscar anterior siguiente anteriores contacto privacidad política suscribirse vídeo video foto fotos
        historia historias libro libros amor mujer mujeres hombre hombres niños niño niña ciudad calle agua noche mañana
        tarde semana mes meses viejo vieja nuevo nueva nuevos nuevas grande grandes pequeño largo alto derecha izquierda
        abrir cerrar cambiar crear añadir escribir guardar instalar configurar encontrar dar decir ver poner ir seguir
        hablar pensar mejor peor mismo misma diferente importante posible dinero guerra música lugar punto pregunta
        respuesta problema problemas aprender empezar fin libre lleno cuatro cinco seis siete ocho nueve diez cien mil
        blanco negro rojo verde muerte muerto dios madre padre hermano hermana amigo amigos amiga familia nombre nombres
        palabra palabras lengua español lista ejemplo capítulo sección figura pueblo presidenta estados pública público
        escuela universidad ley empresa equipo poder futuro quien quiere hay tiene tienen dice dicen nosotros vosotros
        ellas tal fácil difícil otra vamos voy va van vive vivir señor señora
    """,
    "pt": """
        de a o que e do da em um para é com não uma os no se na por mais as dos como mas foi ao ele das tem à seu sua ou
        ser quando muito há nos já está eu também só pelo pela até isso ela entre era depois sem mesmo aos ter seus quem
        nas me esse eles estão você tinha foram essa num nem suas meu às minha têm numa pelos elas havia seja qual será nós
        tenho lhe deles essas esses pelas este dele tu te vocês vos lhes meus minhas teu tua nosso nossa nossos nossas dela
        delas esta estes estas aquele aquela aquilo isto são estou estamos esteve fui fomos tudo todos todas cada onde assim
        ainda então porque pode podem fazer faz sobre após outro outra outros outras então aqui ali agora sempre nunca bem
        mas melhor muitos muitas quais algum alguma alguns deve devem vai vão são ão dia dias ano anos
    """,
    "ca": """
        de la i a el que en els les per un una és amb del l d al no es més com per s va les ha o però dels són seu seva aquest
        aquesta aquests aquestes hi ser també pel fins entre sobre molt molts quan tot tots totes on què qui perquè si ja
        sense des seus seves altres altre any anys està pot poden fer han havia era van dos segons això allò així ens us
        vostè vostres nostre nostra nostres cada només encara quin quina quins aquí allà ara sempre mai res algú ningú
        cap després abans mentre doncs li em et amb aquell aquella als ho hem heu tenir té tenen dia dies bé meu meva teu teva
        podeu feu vegada tant cal sóc sou som estan fou
    """,
    "fr": """
        de la le et les des en un du une que est pour qui dans a par plus pas au sur ne se ce il sont avec son cette sa ou
        comme elle mais ont être nous vous on aux ses leur même tout fait aussi deux bien je si lui leurs entre sans peut
        était ces après avant d l qu n s c j m y dont où quand donc alors très tous toutes toute faire encore ici là moi toi
        mon ma mes ton ta tes notre nos votre vos cet sous depuis chez contre vers pendant parce car ni quel quelle quels
        quelles rien jamais toujours autres autre chaque plusieurs peu beaucoup trop ils elles avoir avait été ai as avez
        avons êtes suis sommes fut doit peuvent pouvez vient ça celui celle ceux jour jours ans année deux oui non
    """,
    "it": """
        di e il la che in a per un del è della una i con non le si da sono al dei come più ha nel lo alla anche gli delle
        ma se o dal questo questa suo sua ad essere dalla nella stato ai tra degli sul hanno loro era fra molto quando
        tutti due ed alle lui sulla ci dopo cui ancora prima chi cosa così solo mi ti vi li ne perché dove quale quali
        questi queste quello quella quelli quelle mio mia tuo tua nostro nostra vostro vostra tutto tutte ogni altro altra
        altri altre senza sempre mai niente nulla qui lì già poi ora oggi può possono deve devono fare fatto sia siamo sei
        siete ho hai abbiamo avete noi voi essi lei io tu c l un' nell dell all dall nei nelle negli dai dagli sui sulle
        verso contro durante mentre però quindi bene meno tanto poco giorno anni anno volta uno
    """,
    "de": """
        der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er hat dass
        sie nach wird bei einer um am sind noch wie einem über einen so zum war haben nur oder aber vor zur bis mehr durch
        man sein wurde sei ich du wir ihr mir mich dir dich uns euch ihm ihn ihnen kann können muss müssen soll sollte wenn
        dann doch schon hier dort wo was wer warum weil damit ob sehr viel viele alle alles andere anderen keine kein keinen
        meine mein dein deine unser unsere euer ihre ihren ihrem seine seinen seiner diese dieser dieses diesem diesen
        jede jeder jedes gegen unter zwischen ohne seit während immer nie nichts etwas heute morgen gestern jahr jahre
        zwei vom beim ins ja nein waren wurden hatte habe wäre würde machen gibt selbst eines
    """,
    # langdetect has no profile of these.
    "gl": """
        de a o que e do da en un para é con non unha os no se na por máis as dos como mais foi ao el das ten á seu súa ou ser
        cando moi hai nos xa está eu tamén só polo pola ata iso ela entre era despois sen mesmo aos ter seus quen nas me ese
        eles están foron esa nun nin súas meu ás miña nunha polos elas había sexa cal será nós teño lle deles esas eses
        polas este del lles meus miñas teu túa noso nosa nosos nosas dela delas esta estes estas aquel aquela aquilo isto
        son estou estamos todo todos todas cada onde así aínda entón porque pode poden facer fai sobre tras outro outra
        outros outras aquí alí agora sempre nunca ben mellor moitos moitas cales algún algunha algúns debe deben vai van coa
        co cos coas dun dunha duns desta deste neste nesta ambos dende cara sendo toda persoa persoas dereito ademais unhas
        uns ningunha ningún quere teñen fixo dixo anos ano
    """,
    "ast": """
        de la que el en y a los se del les un por con nun una su pa ye al lo como más o pero sos sen sobre esti yá ente
        cuando tou esta ser son dos tamién foi había yera mui años hasta dende ta mio porque qué solo hai pue toos asina
        nos nin tien él unu onde bien mesmu esi agora cada vida otru dempués te otros anque esa eso fai otra tan siempres
        día tantu ella nel na nes nos pola pol polos coles col cola pente persona derechu drechu tola tolos toles toda
        xustu lliberá llei l d dalguna dalgún nenguna nengún nengunu ca cualesquier esto dau cuantes pueblu puen tienen
    """,
    "oc": """
        de la lo los que en un una e per es amb del al a dins se las dels a l d son sa sos coma o pas mai ni sens sus aquel
        aquela aqueles aquelas aqueste aquesta tot tota totes totas totòm cada quand ont qual quala perqué es èsser an aver
        deu devon pòt pòdon cal òme persona drech dreit dreches totun tanben entre contra fins nòstre nòstra lor lors dempuèi
        aicí ara jamai ren pus plan fòrça çò qu's n i als pels pel ambe qué dieu qui estar cap deguns
    """,
    # Nor, unless its profile is asked for, is there one loaded for these.
    "eu": """
        eta da du ez bat dira edo ere izan dute dago hau hori baina bere egin zen den duen ditu beste dela eskubidea pertsona
        guztiek guztiak izateko egiteko bidez arabera arte nahi behar dut dugu zuen ziren bezala guzti gabe baino horren
        gizabanako orok eskubide honetan inor hura hartan beren
    """,
    "nl": """
        de het een en van in is dat op te zijn met voor niet aan er om ook als dan bij door maar uit naar heeft hij ze wordt
        kunnen kan worden deze dit die wat of u je ik we wij zij hun haar over tot nog wel meer geen moet moeten zal zou was
        waren had hebben heb tegen onder tussen zonder zoals omdat waar wie hoe hier daar altijd nooit iets niets alle elke
        ieder andere eigen recht uw mijn ons onze hem al zich
    """,
    "ro": """
        de și în a la cu o pe un nu este că din se care sau pentru mai ce fi sunt au prin al ale lui să ca va fost sa dar
        are orice toate între către fără până după când unde cum așa acest această aceste aceasta ei el ea noi voi lor lui
        nici numai atât fie poate trebuie drept dreptul persoană oricare asupra dintre
    """,
    # Filler text is made of Latin.
    "la": """
        et in est non ad ut cum sed qui quae quod ex si per aut ac sunt ab de esse hoc atque enim vel nec quam eius ipsum
        dolor sit amet consectetur adipiscing elit tempor incididunt labore dolore magna aliqua enim minim veniam quis
        nostrud ullamco laboris nisi aliquip commodo consequat duis aute irure velit cillum fugiat nulla pariatur excepteur
        sint occaecat cupidatat proident culpa officia deserunt mollit anim id laborum lorem vestibulum pellentesque
        phasellus curabitur donec mauris nullam maecenas vivamus sed ullamcorper quisque lectus turpis orci augue ligula
    """,
}
LISTED = tuple(_WORDS)
# Apostrophes end a word in Romance languages (l'home, d'una) and stand inside one in English (don't).
_APOSTROPHE = ord("'")
_INSIDE = re.compile(r"[^\W\d_]['’](?:[tsmd]|re|ve|ll)(?!\w)", re.IGNORECASE)
# A word is known by a number: the sum of its characters, each times a power of this odd number, in 64 bits. (Of two words
# one is listed, and has the number of the other, once in ten thousand million million times.)
_BASE = 0x9E3779B97F4A7C15

Counts = npt.NDArray[np.float64]
Hashes = npt.NDArray[np.uint64]


class Lists:
    """The listed words of some languages, to be counted in texts."""

    def __init__(self, languages: Sequence[str]) -> None:
        speaking: dict[str, list[int]] = {}
        spoken = [*(_WORDS.get(language, "").split() for language in languages), PARTICLES, GIVEN_NAMES]
        for position, own in enumerate(spoken):
            for word in set(own):
                speaking.setdefault(word, []).append(position)
        listed = sorted(speaking)
        hashes = _words(points_of("\n".join(listed)))[1]
        order = np.argsort(hashes)
        self._hashes: Hashes = hashes[order]
        # A row more, for no word.
        self._speakers: Counts = np.zeros((len(listed) + 1, len(spoken)))
        for row, place in enumerate(order.tolist()):
            self._speakers[row, speaking[listed[place]]] = 1.0

    def count(self, points: Points, begins: npt.NDArray[np.intp]) -> tuple[Counts, Counts]:
        """What words there are in each piece of a text: how many of each language; and, in columns, how many in all, how many
        begin with a capital (the first aside, which does anyway), how many stand between names, and how many are names.
        `begins` also has the end of the last piece.

        The marks that open a Spanish question or exclamation are words too.

        >>> listed, counted = Lists(["en", "es"]).count(points_of("Y ¿qué? Don't!\\nJuan de Mena."), np.array([0, 15, 28]))
        >>> listed.tolist(), counted.tolist()
        ([[1.0, 3.0], [0.0, 1.0]], [[4.0, 1.0, 1.0, 0.0], [3.0, 1.0, 1.0, 1.0]])
        """
        starts, hashes, capital = _words(points)
        rows = self._hashes.searchsorted(hashes)
        known = (self._hashes.take(rows, mode="clip") == hashes).nonzero()[0]
        # Differences of running sums, because a piece may have no word; of whole numbers they are exact.
        sums = np.zeros((len(known) + 1, self._speakers.shape[1]))
        self._speakers.take(rows[known], axis=0).cumsum(axis=0, out=sums[1:])
        found = sums[starts[known].searchsorted(begins)]
        found = found[1:] - found[:-1]
        passed = starts.searchsorted(begins)
        follows = np.ones(len(starts) + 1, bool)
        follows[passed] = False
        large = np.append(0, (capital & follows[:-1]).cumsum())[passed]
        listed, people = found[:, :-2], found[:, -2:]
        return listed, np.column_stack((passed[1:] - passed[:-1], large[1:] - large[:-1], people))


def _words(points: Points) -> tuple[npt.NDArray[np.intp], Hashes, npt.NDArray[np.bool_]]:
    """Where the words of a text start, their numbers, and which of them begin with a capital."""
    kinds = np.zeros(len(points) + 2, np.uint8)
    kinds[1:-1] = kinds_of(points)
    small = lower(points)
    opens = kinds & IS_OPENING > 0
    inside = kinds & (IS_LETTER | IS_OPENING) > 0
    for place in (small == _APOSTROPHE).nonzero()[0].tolist():
        around = points[max(0, place - 1) : place + 4].tobytes().decode("utf-32-le", "replace")
        inside[place + 1] = bool(_INSIDE.match(around))
    apart = ~inside | opens
    starts = (inside[1:-1] & (apart[:-2] | opens[1:-1])).nonzero()[0]
    ends = (inside[1:-1] & (apart[2:] | opens[1:-1])).nonzero()[0]
    powers, inverses = _powers(len(points))
    sums = np.zeros(len(points) + 1, np.uint64)
    (small * powers[: len(points)]).cumsum(out=sums[1:])
    return starts, (sums[ends + 1] - sums[starts]) * inverses[starts], kinds[starts + 1] & IS_CAPITAL > 0


def _powers(size: int) -> tuple[Hashes, Hashes]:
    """The first so many powers, or more, of the base and of its inverse."""
    return _tables(1 << max(14, size.bit_length()))


@lru_cache(maxsize=16)
def _tables(size: int) -> tuple[Hashes, Hashes]:
    return _powers_of(_BASE, size), _powers_of(pow(_BASE, -1, 1 << 64), size)


def _powers_of(base: int, size: int) -> Hashes:
    powers: Hashes = np.full(size, base, np.uint64)
    powers[0] = 1
    return powers.cumprod(dtype=np.uint64)
