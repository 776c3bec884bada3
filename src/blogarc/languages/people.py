"""Given names, and the small words between names: what tells a list of people from a heading in capitals.

*Virtual Consoles* and *Paul Cutler* look the same to n-grams; but one of them begins with a name. The names are the common
ones of the languages that blogs in English and Spanish quote people from, written down for this module.
"""

from __future__ import annotations

PARTICLES = frozenset(
    """
    de del la las los y e i da do dos das di du des le van von der den den ten ter zu zum bin ibn al el san santa saint st
    mac mc o d l jr sr dr
    """.split()
)
GIVEN_NAMES = frozenset(
    """
    aaron abigail abraham adam adrian adriana agatha agnes agustin agustín ahmed aisha aitor alan alain albert alberto
    aldous alejandra alejandro alessandro alex alexander alexandra alexandre alexis alfonso alfred alfredo ali alice alicia
    allan allen alma alonso alvaro álvaro amalia amanda amber amelia amy ana anaïs anders andre andré andrea andreas andres
    andrés andrew andrzej angel ángel angela ángela angelo anita ann anna anne annie antoine anton antoni antonia antonio
    antónio ariel armando arnold arthur arturo asier astrid augusto aurora axel barbara bárbara bart bartolomé basil beatriz
    beatrice ben benedict benito benjamin benjamín bernard bernardo bert bertrand beth betty bill billy bjorn björn bob boris
    brad brandon brenda brian bruce bruno bryan camila camilo camille carl carla carles carlo carlos carmen carol carolina
    caroline catalina catherine cecilia cesar césar charles charlie charlotte chloe chris christian christina christine
    christoph christopher claire clara claude claudia claudio clement colin concepción cristian cristina cristóbal cynthia
    daisy dan daniel daniela daniele danielle dario darío dave david dean deborah denis dennis diana diane dick diego dieter
    dirk dmitri dolores dominic domingo don donald donna dorothy douglas duncan dylan earl eddie edgar edith edmund edna
    eduard eduardo edward edwin eileen elena eleanor elias elisa elisabeth elizabeth ella ellen elsa emil emile emilia
    emiliano emilio emily emma enric enrico enrique eric erica erich erik erika ernest ernesto ernst esteban esther ethan
    eugene eugenia eugenio eva eve evelyn fabian fabio fatima fátima federico felipe felix félix fernanda fernando fidel
    fiona florence florian frances francesc francesca francesco francis francisca francisco franco francois françois frank
    franz fred frederic frederick friedrich gabriel gabriela gary gaston gemma geoffrey george georges georgia gerald gerard
    gerardo gerd gert gertrude gianni gilbert gilberto gilles giorgio giovanni giulia giuseppe gladys glenn gloria gonzalo
    gordon grace graham greg gregor gregorio gregory greta guido guillaume guillem guillermo gunter günter gustav gustavo guy
    hannah hans harold harry hassan hector héctor heather heidi heinrich helen helena helga henri henrik henry herbert
    hermann hernan hernán hilary hillary horacio howard hubert hugh hugo hussein ian ibrahim ignacio igor iker indira ines
    inés ingrid inma irene iris irma isaac isabel isabella isidro ismael ivan iván jack jackson jacob jacqueline jacques
    jaime jakob jaume james jamie jan jana jane janet janine javier jay jean jeff jennifer jens jeremy jerome jerry jesse
    jessica jesus jesús jill jim jimmy joan joana joanna joao joão joaquim joaquin joaquín joe joel johan johann johanna john
    johnny jon jonas jonathan jordi jorg jörg jorge josé jose josef josefa josep joseph josh joshua josu josé jozef juan juana
    judith judy julia julian julián juliana julie julien julio jurgen jürgen justin karen karin karl kate katharina katherine
    kathleen kathryn keith kelly ken kenneth kevin kim klaus kurt lars laura laurence laurent lawrence lea leo leon león
    leonard leonardo leonor leslie leticia lewis liam lidia lilian lily linda lionel lisa lluís loïc lola lorena lorenzo
    louis louise lourdes luc luca lucas lucia lucía luciano lucien lucy ludwig luigi luis luisa luiz lukas luke luz lydia
    madeleine magdalena malcolm manolo manuel manuela marc marcel marcela marcelo marco marcos marcus margaret margarita
    maria maría mariana mariano marie marilyn marina mario mark marlene marta martha martin martín martina mary mateo mathieu
    matias matías matt matteo matthew matthias maurice mauricio max maximilian maya megan melissa mercedes mia michael michel
    michele michelle miguel mikel milan milena miriam mohamed mohammed mónica monica monika montserrat moritz muhammad murray
    mustafa nadia nancy naomi natalia natalie nathan neil nelson nicholas nick nicola nicolas nicolás nicole nikolai nina noah
    noam noel nora norbert norma norman nuria núria octavio olga oliver olivia olivier omar oriol oscar óscar oskar otto pablo
    pamela paola paolo pascal patricia patrick patti pau paul paula paulo pedro peggy penelope pep pepe per pere peter petra
    phil philip philippe phillip pierre pilar piotr priya rachel rafael rafał ralph ramón ramon raphael raquel raul raúl ray
    raymond rebecca regina reinhard rené rené ricardo richard rick rita rob robert roberta roberto robin rocío rodolfo rodrigo
    roger roland rolf román roman ron ronald rosa rosalía rosario rose ross roy ruben rubén rudolf rudolph rupert russell ruth
    ryan sally salvador sam samantha samuel sandra santiago sara sarah scott sean sébastien sebastian sebastián serge sergi
    sergio sharon sheila shirley sidney siegfried sigmund silvia simon simón simone sofia sofía sonia sophia sophie stanislaw
    stanley stefan stefano stella stephan stephanie stephen steve steven stuart sue susan susana susanne svetlana sven sylvia
    tania tatiana ted teodoro teresa terry thea theodor theodore theresa thomas tim timothy tina tobias todd tom tomas tomás
    tomasz tommy toni tony ulrich umberto ursula valentina valeria vanessa vera verónica veronica vicente victor víctor
    victoria vincent vincenzo viola virginia vita vladimir walt walter warren wendy werner wilhelm will william willy winston
    wolfgang woody xavier ximena yolanda yves zoe
    """.split()
)
