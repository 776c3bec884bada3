"""Words that the controls and notices of web pages are made of, in English and Spanish, accents folded.

None of them is rare in a post: a line counts only when such words are most of it, or many.
"""

from __future__ import annotations

CONTROL_WORDS = frozenset(
    """
    home inicio portada menu about acerca contact contacto contactanos search buscar busca busque share shares tweet tuit
    tuitear facebook twitter whatsapp telegram linkedin instagram pinterest youtube mastodon reddit email e-mail correo
    print reply replies responder respuesta respuestas cookie cookies terms terminos condiciones copyright rights derechos
    reserved reservados powered theme tema plantilla wordpress blogger navigation navegacion tag tags tagged filed posted
    publicado recent recientes reciente related relacionadas relacionados popular populares leido read leer lee more mas
    previous anterior anteriores next siguiente siguientes older newer antiguas antiguos page pages pagina paginas login
    log sign iniciar sesion rss feed feeds atom donate dona donar support apoya apoye apoyanos apoyar follow sigue siga
    siguenos skip saltar ir jump content contenido top arriba permalink enlace enlaces link links loading cargando
    advertisement blogroll sitemap mapa accept aceptar acepta acepto click clic pulsa haga haz here aqui address direccion
    required obligatorios obligatorio save guardar guarda notify avisame website web sitio site blog submit enviar views
    vistas visitas likes gusta language idioma english ingles spanish espanol select browser navegador javascript settings
    preferencias close cerrar open abrir reject rechazar entries entry entradas entrada posts post articles article
    articulos author autor autora autores join unete unirse shop tienda cart carrito username usuario password contrasena
    report copy copiar download descargar hosted alojado license licencia newsletter boletin get receive reciba recibe
    news noticias latest ultimas updates team equipo staff week semana weekly free gratis archive archives sections
    secciones quienes somos
    """.split()
)

# Beginnings of further such words.
CONTROL_STEMS = tuple(
    """
    subscri suscri newslet comment comentar compart archiv categor etiquet publicid patrocin sponsor notific descarg
    privac registr imprim disclaim unsubscri sidebar widget
    """.split()
)

# Words that say nothing either way.
NEUTRAL_WORDS = frozenset(
    """
    the a an of to in on at by for and or our your us my we you all this that it is more no yet be will not with from el
    la los las un una de del al en por para y o e nuestro nuestra tu tus su sus mas se lo que es este esta con sin
    """.split()
)
